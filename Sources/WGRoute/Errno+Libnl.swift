internal import CNlRoute
import WGLinux

extension Errno {
    /// The nearest error number for a failure inside libnl; the sign of the code does not matter.
    init(libnlCode code: Int32) {
        let number: Int32 =
            switch code.magnitude {
            case UInt32(NLE_INTR): EINTR
            case UInt32(NLE_BAD_SOCK): EBADF
            case UInt32(NLE_AGAIN): EAGAIN
            case UInt32(NLE_NOMEM): ENOMEM
            case UInt32(NLE_EXIST): EEXIST
            case UInt32(NLE_RANGE): ERANGE
            case UInt32(NLE_MSGSIZE), UInt32(NLE_MSG_OVERFLOW), UInt32(NLE_ATTRSIZE): EMSGSIZE
            case UInt32(NLE_OPNOTSUPP), UInt32(NLE_MSGTYPE_NOSUPPORT): EOPNOTSUPP
            case UInt32(NLE_AF_NOSUPPORT), UInt32(NLE_AF_MISMATCH): EAFNOSUPPORT
            case UInt32(NLE_OBJ_NOTFOUND): ENOENT
            case UInt32(NLE_NOADDR): EADDRNOTAVAIL
            case UInt32(NLE_MSG_TRUNC), UInt32(NLE_MSG_TOOSHORT), UInt32(NLE_PARSE_ERR), UInt32(NLE_SEQ_MISMATCH):
                EPROTO
            case UInt32(NLE_BUSY): EBUSY
            case UInt32(NLE_PROTO_MISMATCH): EPROTONOSUPPORT
            case UInt32(NLE_NOACCESS): EACCES
            case UInt32(NLE_PERM): EPERM
            case UInt32(NLE_NODEV): ENODEV
            case UInt32(NLE_DUMP_INTR): EAGAIN
            case UInt32(NLE_INVAL), UInt32(NLE_NOATTR), UInt32(NLE_MISSING_ATTR): EINVAL
            default: EIO
            }
        self.init(rawValue: number)
    }
}
