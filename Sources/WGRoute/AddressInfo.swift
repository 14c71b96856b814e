public import WGModel

/// An address of an interface, as `ip address show` has it.
public struct AddressInfo: Hashable, Sendable {
    public var linkIndex: Int32
    /// The local address with its prefix length; host bits are part of it.
    public var prefix: IPPrefix

    public init(linkIndex: Int32, prefix: IPPrefix) {
        self.linkIndex = linkIndex
        self.prefix = prefix
    }
}
