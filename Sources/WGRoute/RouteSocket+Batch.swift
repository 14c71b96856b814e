internal import CNlRoute
import WGLinux

extension RouteSocket {
    /// A route that the kernel did not take, by its place in what was asked for.
    public struct Refused: Sendable {
        public let index: Int
        public let error: RouteError
    }

    /// As `addRoute` for each, in one write and, unless the kernel refuses something, one read: only the last request asks
    /// for an answer, and the kernel answers errors unasked. So many errors have to fit into the socket's buffer.
    ///
    /// - Returns: the first that was refused; the others are done nonetheless.
    public func addRoutes(_ routes: [RouteInfo]) throws(RouteError) -> Refused? {
        guard !routes.isEmpty else { return nil }
        var requests: [UInt8] = []
        for (index, route) in routes.enumerated() {
            try append(route, number: UInt32(index), isLast: index == routes.count - 1, to: &requests)
        }
        // The answer is short: its length has not to be asked for first.
        nl_socket_disable_msg_peek(socket)
        defer { nl_socket_enable_msg_peek(socket) }
        try check(nl_sendto(socket, &requests, requests.count), .addRoute)
        var refused: Refused?
        while try !readAnswers(upTo: UInt32(routes.count - 1), &refused) {}
        return refused
    }

    /// - Parameter number: among the requests of the write, by which its answer is known. libnl's own numbers stay as they
    ///   are, as its own reading has no part in this.
    private func append(
        _ route: RouteInfo, number: UInt32, isLast: Bool, to requests: inout [UInt8]
    ) throws(RouteError) {
        let object = try makeRoute(route, .addRoute)
        defer { rtnl_route_put(object) }
        var built: OpaquePointer?
        try check(rtnl_route_build_add_request(object, NLM_F_CREATE | NLM_F_EXCL, &built), .addRoute)
        let message = try allocated(built, .addRoute)
        defer { nlmsg_free(message) }
        guard let header = nlmsg_hdr(message) else { throw RouteError(operation: .addRoute, errno: .noMemory) }
        header.pointee.nlmsg_seq = number
        header.pointee.nlmsg_flags |= UInt16(NLM_F_REQUEST | (isLast ? NLM_F_ACK : 0))
        let bytes = UnsafeRawBufferPointer(start: header, count: Int(header.pointee.nlmsg_len))
        requests += bytes
        requests += repeatElement(0, count: -bytes.count & (Int(NLMSG_ALIGNTO) - 1))
    }

    /// Reads a datagram of answers.
    ///
    /// - Returns: whether the last request's was there.
    private func readAnswers(upTo last: UInt32, _ refused: inout Refused?) throws(RouteError) -> Bool {
        var sender = sockaddr_nl()
        var buffer: UnsafeMutablePointer<UInt8>?
        let count = try check(nl_recv(socket, &sender, &buffer, nil), .addRoute)
        guard let buffer, count > 0 else { throw RouteError(operation: .addRoute, errno: .inputOutput) }
        defer { free(buffer) }
        var isLast = false
        var left = count
        var header = UnsafeMutableRawPointer(buffer).assumingMemoryBound(to: nlmsghdr.self)
        while nlmsg_ok(header, left) != 0 {
            if header.pointee.nlmsg_type == UInt16(NLMSG_ERROR), let answer = nlmsg_data(header),
                nlmsg_datalen(header) >= Int32(MemoryLayout<nlmsgerr>.size)
            {
                let error = answer.assumingMemoryBound(to: nlmsgerr.self)
                note(error, &refused)
                if error.pointee.msg.nlmsg_seq == last { isLast = true }
            }
            header = nlmsg_next(header, &left)
        }
        return isLast
    }

    private func note(_ answer: UnsafeMutablePointer<nlmsgerr>, _ refused: inout Refused?) {
        let index = Int(answer.pointee.msg.nlmsg_seq)
        guard answer.pointee.error < 0, refused.map({ index < $0.index }) ?? true else { return }
        let errno = Errno(rawValue: answer.pointee.error == .min ? .max : -answer.pointee.error)
        let text = cnlroute_extack(answer).map { String(cString: $0) }
        refused = Refused(index: index, error: RouteError(operation: .addRoute, errno: errno, extack: text))
    }
}
