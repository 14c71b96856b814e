public import WGModel

/// Names that need no server: `hosts(5)`.
public struct HostsFile: Sendable {
    private let text: String

    /// A file that can't be read has no names.
    public init(path: String = "/etc/hosts") {
        let bytes = (try? Files.read(path, limit: 16 << 20)) ?? []
        self.init(text: String(decoding: bytes, as: UTF8.self))
    }

    init(text: String) { self.text = text }

    /// In the order of the file, without those with a scope. Upper and lower case are the same.
    public func addresses(of host: String) -> [IPAddress] {
        let name = (host.hasSuffix(".") ? String(host.dropLast()) : host).lowercased()
        var found: [IPAddress] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
            guard let first = fields.first, fields.dropFirst().contains(where: { $0.lowercased() == name }),
                let address = IPAddress(first), !found.contains(address)
            else { continue }
            found.append(address)
        }
        return found
    }
}
