/// Reads configuration files: the grammar of `wg setconf` and that of `wg-quick`.
///
/// After an error it goes on with the next line, so one run reports all there is.
public enum ConfigParser {
    /// The grammar of `wg setconf` and `wg addconf`; wg-quick's keys are errors.
    public static func parseWireGuard(_ document: Document) -> ParseResult<WireGuardConfig> {
        var reader = ConfigReader(program: .wg)
        reader.read(document)
        return ParseResult(
            value: reader.hasErrors ? nil : reader.config.wireGuard, diagnostics: reader.diagnostics,
            places: reader.places)
    }

    /// The grammar of `wg-quick`: all keys.
    public static func parseQuick(_ document: Document) -> ParseResult<QuickConfig> {
        var reader = ConfigReader(program: .wgQuick)
        reader.read(document)
        return ParseResult(
            value: reader.hasErrors ? nil : reader.config, diagnostics: reader.diagnostics, places: reader.places)
    }
}
