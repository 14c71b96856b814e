/// Reads configuration files: the grammar of `wg setconf` and that of `wg-quick`.
///
/// After an error it goes on with the next line, so one run reports all there is.
public enum ConfigParser {
    /// The grammar of `wg setconf` and `wg addconf`; wg-quick's keys are errors.
    public static func parseWireGuard(_ document: Document) -> ParseResult<WireGuardConfig> {
        var parser = WireGuardConfigParser()
        parser.reader.read(document)
        return parser.result
    }

    /// The grammar of `wg-quick`: all keys.
    ///
    /// - Parameter tables: the host's names for routing tables.
    public static func parseQuick(
        _ document: Document, tables: RouteTableNames = RouteTableNames()
    ) -> ParseResult<QuickConfig> {
        var reader = ConfigReader(program: .wgQuick, tables: tables)
        reader.read(document)
        return ParseResult(
            value: reader.hasErrors ? nil : reader.config, diagnostics: reader.diagnostics, places: reader.places)
    }
}

/// The grammar of `wg setconf` for a file that is read in pieces: of a large one, no more than a piece is held.
public struct WireGuardConfigParser {
    var reader = ConfigReader(program: .wg)
    private var lines = LineSplitter()

    /// The shortest section of a peer: its header and its key, each with the end of its line.
    private static let shortestPeer = "[Peer]\nPublicKey=\n".utf8.count + 44

    /// At the beginning of a file.
    ///
    /// - Parameter expectedBytes: the file's size, if it is known. Room for all the peers that it may hold is set aside then:
    ///   what is not used of it costs no memory, while an array that grows is copied from page to page.
    public init(expectedBytes: Int = 0) {
        reader.config.wireGuard.peers.reserveCapacity(expectedBytes / Self.shortestPeer)
    }

    /// Takes the next bytes of the file; lines may be cut anywhere.
    public mutating func append(_ piece: ArraySlice<UInt8>) {
        lines.append(piece) { line, _ in reader.readLine(line) }
    }

    /// What the file says, once all of it has been appended.
    public mutating func finish() -> ParseResult<WireGuardConfig> {
        lines.finish { line in reader.readLine(line) }
        reader.endPeer()
        return result
    }

    var result: ParseResult<WireGuardConfig> {
        ParseResult(
            value: reader.hasErrors ? nil : reader.config.wireGuard, diagnostics: reader.diagnostics,
            places: reader.places)
    }
}
