public import WGConfig
import WGLinux

/// The files in which iproute2 has names for routing tables.
public enum RouteTables {
    /// The distribution's first, so that the administrator's count.
    private static let directories = ["/usr/share/iproute2", "/usr/lib/iproute2", "/etc/iproute2"]
    private static let limit = 1 << 20

    /// The host's names. Files that are not there, or can't be read, have none.
    public static func names() -> RouteTableNames { names(in: directories) }

    static func names(in directories: [String]) -> RouteTableNames {
        var names = RouteTableNames()
        for directory in directories {
            let more = (try? Directory.names(in: "\(directory)/rt_tables.d")) ?? []
            let files = more.filter { $0.hasSuffix(".conf") && !$0.hasPrefix(".") }.sorted()
            for file in ["rt_tables"] + files.map({ "rt_tables.d/\($0)" }) {
                if let bytes = try? Files.read("\(directory)/\(file)", limit: limit) { names.add(bytes) }
            }
        }
        return names
    }
}
