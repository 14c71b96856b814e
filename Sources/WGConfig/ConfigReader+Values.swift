import WGModel

/// What each key does with its value.
extension ConfigReader {
    mutating func readValue(of keyword: Keyword) {
        let value = lexer.value
        if value.isEmpty, !keyword.isHook {
            let isIgnored = keyword.program == .wgQuick && keyword.kind != .boolean
            report(isIgnored ? .emptyValueIgnored(keyword) : .emptyValue(keyword), at: valueRange)
            if keyword == .publicKey { peer?.hasPublicKey = true }
            return
        }
        switch keyword.program {
        case .wg: readSqueezed(value.span, of: keyword)
        case .wgQuick: readRaw(lexer.rawValue(withComment: keyword.isHook), of: keyword)
        }
    }

    /// The keys of `wg`, in whose values white space counts for nothing.
    private mutating func readSqueezed(_ value: Span<UInt8>, of keyword: Keyword) {
        switch keyword {
        case .privateKey:
            if let key: PrivateKey = take(ValueParser.key(value), keyword) { config.wireGuard.privateKey = key }
        case .listenPort:
            if let port = take(ValueParser.port(value), keyword) {
                config.wireGuard.listenPort = port
                if case .service = port { places.listenPort = valuePlace() } else { places.listenPort = nil }
            }
        case .fwmark:
            if let mark = take(ValueParser.fwmark(value), keyword) { config.wireGuard.fwmark = mark }
        case .publicKey:
            peer?.hasPublicKey = true
            if let key: PublicKey = take(ValueParser.key(value), keyword) {
                peer?.config.publicKey = key
                checkRepeatedPeer()
            }
        case .presharedKey:
            if let key: PresharedKey = take(ValueParser.key(value), keyword) { peer?.config.presharedKey = key }
        case .endpoint:
            if let endpoint = take(ValueParser.endpoint(value), keyword) {
                peer?.config.endpoint = endpoint
                // The value of a key that is repeated counts, and so does its place.
                places.endpoints[config.wireGuard.peers.count] = endpoint.numeric == nil ? valuePlace() : nil
            }
        case .persistentKeepalive:
            if let seconds = take(ValueParser.seconds(value), keyword) {
                peer?.config.persistentKeepalive = seconds
            }
        case .allowedIPs:
            if let list = take(ValueParser.allowedIPs(value), keyword) { add(list, value) }
        default: break
        }
    }

    /// The last AllowedIPs key of a peer decides whether the list replaces what the peer has.
    private mutating func add(_ list: AllowedIPList, _ value: Span<UInt8>) {
        if peer?.config.allowedIPs.isEmpty == true {
            peer?.config.allowedIPs = list.changes
        } else {
            peer?.config.allowedIPs += list.changes
        }
        peer?.config.replaceAllowedIPs = list.replaces
        guard list.changes.contains(where: \.prefix.hasHostBits) else { return }
        for (change, range) in zip(list.changes, ValueParser.entries(value)) where change.prefix.hasHostBits {
            report(.hostBits(change.prefix, masked: change.prefix.masked), at: squeezedValueRange(range))
        }
    }

    /// The keys of `wg-quick`.
    private mutating func readRaw(_ value: ArraySlice<UInt8>, of keyword: Keyword) {
        switch keyword {
        case .address:
            if let addresses = takeRaw(ValueParser.addresses(value), keyword) { config.addresses += addresses }
        case .dns:
            if let names = takeRaw(ValueParser.dns(value), keyword) {
                config.dnsServers += names.servers
                config.dnsSearchDomains += names.domains
            }
        case .mtu:
            if let mtu = takeRaw(ValueParser.mtu(value), keyword) { config.mtu = mtu }
        case .table:
            if let table = takeRaw(ValueParser.table(value, tables), keyword) { config.table = table }
        case .saveConfig:
            if let save = takeRaw(ValueParser.boolean(value), keyword) { config.saveConfig = save }
        default:
            if !value.isEmpty { addHook(String(decoding: value, as: UTF8.self), keyword) }
        }
    }

    /// An empty command does nothing, and some generators write one of each, so it isn't worth a word.
    private mutating func addHook(_ command: String, _ keyword: Keyword) {
        switch keyword {
        case .preUp: config.preUp.append(command)
        case .postUp: config.postUp.append(command)
        case .preDown: config.preDown.append(command)
        default: config.postDown.append(command)
        }
    }

    private mutating func valuePlace() -> NamePlaces.Place {
        NamePlaces.Place(line: line, column: redaction().width(0..<valueRange.lowerBound) + 1)
    }

    // MARK: Errors

    private mutating func take<Value>(_ result: Result<Value, ValueError>, _ keyword: Keyword) -> Value? {
        switch result {
        case .success(let value): return value
        case .failure(let error):
            reportFault(error.fault, keyword, at: squeezedValueRange(error.range))
            return nil
        }
    }

    private mutating func takeRaw<Value>(_ result: Result<Value, ValueError>, _ keyword: Keyword) -> Value? {
        switch result {
        case .success(let value): return value
        case .failure(let error):
            reportFault(error.fault, keyword, at: error.range)
            return nil
        }
    }

    private mutating func reportFault(_ fault: ValueFault, _ keyword: Keyword, at range: Range<Int>) {
        let isShown = !keyword.isSecret && fault != .emptyEntry
        let text = isShown ? redaction().visibleText(range) : nil
        report(.invalidValue(keyword, fault, text: text), at: range)
    }

    /// Where a part of the value without its white space stands in the line.
    private func squeezedValueRange(_ range: Range<Int>) -> Range<Int> {
        let start = lexer.wordRange.upperBound + 1
        return lexer.contentRange(start + range.lowerBound..<start + range.upperBound)
    }
}
