/// The two exit statuses of `wg`.
enum ExitStatus: Int32 {
    case success = 0
    case failure = 1
}
