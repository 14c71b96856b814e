/// The columns of the screen of `wg watch`: which there is room for, and how wide they are.
struct WatchTable: Equatable {
    static let indent = 2
    static let gap = 2
    static let age = 9
    static let bytes = 8

    private(set) var peer = 10
    /// Of the columns below, nil and false stand for one that there is no room for.
    private(set) var endpoint: Int?
    private(set) var activity: Int?
    private(set) var hasTotals = false

    /// - Parameters:
    ///   - columns: the width of the screen.
    ///   - peerNeed: what the widest peer wants.
    ///   - endpointNeed: what the widest endpoint wants.
    init(columns: Int, peerNeed: Int, endpointNeed: Int) {
        var room = columns - Self.indent - peer - (Self.gap + Self.age) - 2 * (Self.gap + Self.bytes)
        func take(_ width: Int) -> Bool {
            guard room >= width else { return false }
            room -= width
            return true
        }
        if take(Self.gap + 21) { endpoint = 21 }
        if endpoint != nil, take(Self.gap + 8) { activity = 8 }
        if activity != nil, take(2 * (Self.gap + Self.bytes)) { hasTotals = true }
        func grow(_ width: inout Int, to need: Int) {
            let more = min(max(need - width, 0), max(room, 0))
            width += more
            room -= more
        }
        if var width = endpoint {
            grow(&width, to: endpointNeed)
            endpoint = width
        }
        grow(&peer, to: peerNeed)
        if var width = activity {
            grow(&width, to: WatchModel.historyLength)
            activity = width
        }
    }
}
