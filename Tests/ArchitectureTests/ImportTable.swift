/// Who may import whom: ARCHITECTURE.md, "Who may import whom", as data.
enum ImportTable {
    /// For each module, the modules its files may import. The standard library needs no import line; `Synchronization`
    /// is part of it and named where it is used.
    static let allowed: [String: Set<String>] = [
        // Ring 1: values and decisions. No C module, no Glibc.
        "WGModel": [],
        "WGConfig": ["WGModel"],
        "WGUAPI": ["WGModel"],
        "WGPlan": ["WGModel", "WGConfig"],
        "WGCommandLine": [],
        "WGCrypto": ["WGModel", "CAead", "CLinux", "CSodium", "Synchronization"],
        "WGProtocol": ["WGModel", "WGCrypto"],
        // Ring 2: the operating system.
        "WGLinux": ["WGModel", "CLinux", "Synchronization"],
        "WGNetlink": ["WGModel", "WGLinux", "CMnl"],
        "WGRoute": ["WGModel", "WGLinux", "CNlRoute"],
        "WGSandbox": ["WGLinux", "CLinux", "CSeccomp"],
        "WGControl": ["WGModel", "WGConfig", "WGUAPI", "WGLinux", "WGNetlink"],
        "WireGuardControl": ["WGModel", "WGConfig", "WGControl", "WGCrypto", "WGLinux"],
        "WGQuick": ["WGModel", "WGConfig", "WGPlan", "WGLinux", "WGNetlink", "WGRoute", "WGControl"],
        "WGEngine": [
            "WGModel", "WGCrypto", "WGProtocol", "WGUAPI", "WGLinux", "WGNetlink", "CLinux", "Synchronization",
        ],
        // Ring 3: the programs.
        "wg": ["WGModel", "WGCommandLine", "WGConfig", "WGControl", "WGCrypto", "WGLinux"],
        "wg-quick": ["WGModel", "WGCommandLine", "WGConfig", "WGPlan", "WGQuick", "WGControl", "WGCrypto", "WGLinux"],
        "wireguard-swift": ["WGModel", "WGEngine", "WGLinux", "WGSandbox"],
    ]

    /// Modules of ours that are C or a C library's header; never part of a public interface.
    static let cModules: Set<String> = ["CAead", "CLinux", "CMnl", "CNlRoute", "CSeccomp", "CSodium"]

    /// Modules whose arithmetic and parsing need no pointer: compiled with strict memory safety.
    static let pure: Set<String> = ["WGModel", "WGCommandLine", "WGConfig", "WGUAPI", "WGPlan"]
}
