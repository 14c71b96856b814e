public import WGUAPI

/// Every outcome of a stream of requests that arrives in pieces, up to the point where more bytes are needed.
public func requestOutcomes(_ bytes: [UInt8], piece: Int) -> [Result<UAPIRequest, UAPIError>] {
    var parser = UAPIRequestParser()
    var found: [Result<UAPIRequest, UAPIError>] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
        parser.append(bytes[start..<min(start + piece, bytes.count)])
        while true {
            do {
                guard let request = try parser.next() else { break }
                found.append(.success(request))
            } catch {
                found.append(.failure(error))
                if error.closesConnection { return found }
            }
        }
    }
    return found
}
