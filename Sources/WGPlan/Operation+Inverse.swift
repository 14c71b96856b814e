import WGModel

extension Operation {
    /// What takes this operation back; `nil` when nothing does, or when nothing needs to.
    ///
    /// A device's configuration needs no inverse of its own: `up` sets it on a link that it made itself.
    public var inverse: Operation? {
        switch self {
        case .createLink(let name): .deleteLink(name, runsEngine: false)
        case .startEngine(let name, _): .deleteLink(name, runsEngine: true)
        case .addAddress(let prefix, let name): .removeAddress(prefix, name)
        case .removeAddress(let prefix, let name): .addAddress(prefix, name)
        case .setLink(let name, let from, let to): .setLink(name, from: to, to: from)
        case .addRoute(let route, let name): .removeRoute(route, name)
        case .removeRoute(let route, let name): .addRoute(route, name)
        case .writeRecord(let record): .removeRecord(record.interface)
        case .deleteLink, .setDevice, .runHook, .removeRecord: nil
        }
    }

    /// Whether a failure can leave part of it done, so that its inverse is due even then.
    ///
    /// Only an engine fails like this: it may have made its link before it gave up. The others are single requests,
    /// and taking back one that was refused could take away what somebody else had put there.
    public var canHalfHappen: Bool {
        if case .startEngine = self { true } else { false }
    }

    /// The link with which the effect of this operation disappears.
    var goesWithLink: InterfaceName? {
        switch self {
        case .setDevice(let name, _), .addAddress(_, let name), .removeAddress(_, let name), .setLink(let name, _, _),
            .addRoute(_, let name), .removeRoute(_, let name):
            name
        case .createLink, .startEngine, .deleteLink, .runHook, .writeRecord, .removeRecord: nil
        }
    }
}

/// The inverses of what has been done so far.
public struct Journal: Equatable, Sendable {
    private var inverses: [Operation] = []

    public init() {}

    public mutating func append(_ operation: Operation) {
        if let inverse = operation.inverse { inverses.append(inverse) }
    }

    /// What to do, in order, to get back to the beginning.
    ///
    /// Where a link goes in the end, what would go with it is not taken away one by one first.
    public var rollback: [Operation] {
        var deleted: Set<InterfaceName> = []
        for case .deleteLink(let name, _) in inverses { deleted.insert(name) }
        return inverses.reversed().filter { operation in
            operation.goesWithLink.map { !deleted.contains($0) } ?? true
        }
    }
}
