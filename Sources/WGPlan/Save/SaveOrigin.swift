public import WGModel

/// What a tunnel was like when it had come up, for `save` to tell what changed since.
public struct SaveOrigin: Hashable, Sendable {
    /// Whether the file asks for its tunnel to be saved.
    public var isWanted: Bool
    /// Of the file; see `SavedFile.digest`.
    public var digest: UInt64?
    /// The port that the device chose.
    public var automaticPort: UInt16?
    /// Where the names of endpoints pointed.
    public var endpoints: [PublicKey: Endpoint]

    public init(
        isWanted: Bool = false, digest: UInt64? = nil, automaticPort: UInt16? = nil,
        endpoints: [PublicKey: Endpoint] = [:]
    ) {
        self.isWanted = isWanted
        self.digest = digest
        self.automaticPort = automaticPort
        self.endpoints = endpoints
    }
}

/// The form in the record's file.
extension SaveOrigin {
    var recordLines: [String] {
        var lines = isWanted ? ["save=true"] : []
        lines += digest.map { ["digest=\($0)"] } ?? []
        lines += automaticPort.map { ["port=\($0)"] } ?? []
        return lines + endpoints.map { "pointed=\($0.key) \($0.value)" }.sorted()
    }

    /// `nil` for what `recordLines` didn't make.
    init?(_ values: [String: [String]]) {
        self.init(isWanted: values["save"] == ["true"])
        if let text = values["digest"]?.first {
            guard let number = UInt64(text) else { return nil }
            digest = number
        }
        if let text = values["port"]?.first {
            guard let number = UInt16(text) else { return nil }
            automaticPort = number
        }
        for text in values["pointed"] ?? [] {
            let words = text.recordWords()
            guard words.count == 2, let key = PublicKey(base64: words[0]), let endpoint = Endpoint(words[1]) else {
                return nil
            }
            endpoints[key] = endpoint
        }
    }
}
