import WGModel

/// A file's valid settings with the places where they stand. What the parser refuses is missing.
struct LintSource {
    /// A value and where it stands.
    struct Spot<Value> {
        let value: Value
        let range: PlaceRange
    }

    /// Part of a line's content.
    struct PlaceRange {
        /// From 0.
        let line: Int
        let range: Range<Int>
    }

    struct Hook {
        let keyword: Keyword
        let command: String
        let range: PlaceRange
    }

    /// The settings of [Interface], of which the last one counts unless they are a list.
    struct Interface {
        var header: PlaceRange?
        var privateKey: Spot<PrivateKey>?
        var listenPort: Spot<PortName>?
        var addresses: [Spot<IPPrefix>] = []
        var servers = 0
        var searchDomains: PlaceRange?
        var mtu: Spot<Int>?
        var table = RouteTable.automatic
        var hooks: [Hook] = []
    }

    struct Peer {
        let header: PlaceRange
        var publicKey: Spot<PublicKey>?
        var presharedKey: Spot<PresharedKey>?
        var endpoint: Spot<EndpointName>?
        /// Without those that are taken away.
        var allowedIPs: [Spot<IPPrefix>] = []
        var hasAllowedIPs = false
    }

    private(set) var interface = Interface()
    private(set) var peers: [Peer] = []
    /// Every key that must not be shown, wherever it stands.
    private var secrets: Set<PublicKey> = []
    private let lines: [[UInt8]]
    private let tables: RouteTableNames
    private var section: Keyword.Section?

    init(_ document: Document, _ tables: RouteTableNames = RouteTableNames()) {
        self.tables = tables
        var lines = document.lines.map(\.content)
        if let first = lines.first, first.starts(with: [0xef, 0xbb, 0xbf]) { lines[0].removeFirst(3) }
        self.lines = lines
        var lexer = Lexer()
        for (index, line) in lines.enumerated() {
            lexer.read(line[...])
            read(lexer, index)
        }
    }

    // MARK: Reading

    private mutating func read(_ lexer: Lexer, _ line: Int) {
        switch lexer.shape {
        case .blank, .other: return
        case .section:
            section = lexer.section
            let range = PlaceRange(line: line, range: lexer.contentRange(lexer.squeezed.indices))
            if section == .interface, interface.header == nil { interface.header = range }
            if section == .peer { peers.append(Peer(header: range)) }
        case .setting:
            guard let keyword = lexer.keyword, keyword.section == section else { return }
            if keyword.program == .wgQuick {
                if lexer.isWordContiguous { readRaw(lexer, keyword, line) }
            } else {
                readSqueezed(lexer, keyword, line)
            }
        }
    }

    private mutating func readSqueezed(_ lexer: Lexer, _ keyword: Keyword, _ line: Int) {
        let start = lexer.wordRange.upperBound + 1
        func place(_ range: Range<Int>) -> PlaceRange {
            let range = start + range.lowerBound..<start + range.upperBound
            return PlaceRange(line: line, range: lexer.contentRange(range))
        }
        func spot<Value>(_ result: Result<Value, ValueError>) -> Spot<Value>? {
            guard case .success(let value) = result else { return nil }
            return Spot(value: value, range: place(0..<lexer.value.count))
        }
        let value = lexer.value.span
        if keyword.isSecret, let key = PublicKey(base64: value) { secrets.insert(key) }
        let last = peers.count - 1
        switch keyword {
        case .privateKey: interface.privateKey = spot(ValueParser.key(value)) ?? interface.privateKey
        case .listenPort: interface.listenPort = spot(ValueParser.port(value)) ?? interface.listenPort
        case .publicKey: peers[last].publicKey = spot(ValueParser.key(value)) ?? peers[last].publicKey
        case .presharedKey: peers[last].presharedKey = spot(ValueParser.key(value)) ?? peers[last].presharedKey
        case .endpoint: peers[last].endpoint = spot(ValueParser.endpoint(value)) ?? peers[last].endpoint
        case .allowedIPs:
            peers[last].hasAllowedIPs = true
            guard case .success(let list) = ValueParser.allowedIPs(value) else { return }
            for (change, range) in zip(list.changes, ValueParser.entries(value)) {
                if case .add(let prefix) = change {
                    peers[last].allowedIPs.append(Spot(value: prefix, range: place(range)))
                }
            }
        default: break
        }
    }

    private mutating func readRaw(_ lexer: Lexer, _ keyword: Keyword, _ line: Int) {
        let value = lexer.rawValue(withComment: keyword.isHook)
        let range = PlaceRange(line: line, range: value.startIndex..<value.endIndex)
        guard !value.isEmpty else { return }
        switch keyword {
        case .address:
            for part in ValueParser.parts(value) {
                guard case .success(let prefix) = ValueParser.prefix(part.span) else { continue }
                let range = PlaceRange(line: line, range: part.startIndex..<part.endIndex)
                interface.addresses.append(Spot(value: prefix, range: range))
            }
        case .dns:
            guard case .success(let names) = ValueParser.dns(value) else { return }
            interface.servers += names.servers.count
            if !names.domains.isEmpty { interface.searchDomains = range }
        case .mtu:
            if case .success(let mtu) = ValueParser.mtu(value) { interface.mtu = Spot(value: mtu, range: range) }
        case .table:
            if case .success(let table) = ValueParser.table(value, tables) { interface.table = table }
        case .preUp, .postUp, .preDown, .postDown:
            let command = String(decoding: value, as: UTF8.self)
            interface.hooks.append(Hook(keyword: keyword, command: command, range: range))
        default: break
        }
    }

    // MARK: Showing

    /// A place as it may be shown.
    func place(_ place: PlaceRange) -> Finding.Place {
        let shown = Redaction(Lexer(lines[place.line]), continues: false)
        return Finding.Place(
            line: place.line + 1, column: shown.width(0..<place.range.lowerBound) + 1,
            length: shown.width(place.range), sourceLine: masked(shown.text))
    }

    /// The text with a `*` for each character of a secret, whatever stands between those.
    func masked(_ text: String) -> String {
        let squeezed = ValueParser.squeezed(text)
        var isHidden = Array(repeating: false, count: squeezed.count)
        for start in squeezed.indices.dropLast(Self.keyLength - 1) {
            let range = start..<start + Self.keyLength
            // Of a public key's line the value is shown; of others nothing as long as a key.
            guard let key = PublicKey(base64: squeezed[range]), secrets.contains(key) else { continue }
            for index in range { isHidden[index] = true }
        }
        guard isHidden.contains(true) else { return text }
        var index = 0
        let bytes = text.utf8.map { byte in
            guard !ValueParser.isWhitespace(byte) else { return byte }
            index += 1
            return isHidden[index - 1] ? UInt8(ascii: "*") : byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// In base64.
    private static let keyLength = 44
}
