// swift-tools-version: 6.2
import PackageDescription

// The module map, and who may import whom, is ARCHITECTURE.md; Tests/ArchitectureTests holds the code to it.

let control: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]
/// Pure modules: values and decisions. No pointers without a mark.
let pure: [SwiftSetting] = control + [.strictMemorySafety()]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = control) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: control)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: control)
}

var targets: [Target] = [
    // C: headers and libraries, each seen by one module.
    .target(name: "CAead"),
    .target(name: "CLinux"),
    .systemLibrary(name: "CMnl", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
    .systemLibrary(
        name: "CNlRoute", pkgConfig: "libnl-route-3.0", providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),
    .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp", providers: [.apt(["libseccomp-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),

    // Ring 1: values and decisions.
    module("WGModel", settings: pure),
    module("WGConfig", ["WGModel"], settings: pure),
    module("WGUAPI", ["WGModel"], settings: pure),
    module("WGPlan", ["WGModel", "WGConfig"], settings: pure),
    module("WGCommandLine", settings: pure),
    module("WGCrypto", ["WGModel", "CAead", "CLinux", "CSodium"]),
    module("WGProtocol", ["WGModel", "WGCrypto"]),

    // Ring 2: the operating system.
    module("WGLinux", ["CLinux", "WGModel"]),
    module("WGNetlink", ["WGLinux", "WGModel", "CMnl"]),
    module("WGRoute", ["WGLinux", "WGModel", "CNlRoute"]),
    module("WGSandbox", ["WGLinux", "CLinux", "CSeccomp"]),
    module("WGControl", ["WGModel", "WGConfig", "WGUAPI", "WGLinux", "WGNetlink"]),
    module("WGQuick", ["WGModel", "WGConfig", "WGPlan", "WGLinux", "WGNetlink", "WGRoute", "WGControl"]),
    module(
        "WGEngine", ["WGModel", "WGCrypto", "WGProtocol", "WGUAPI", "WGLinux", "WGNetlink", "CLinux"]),

    // The product for other programs.
    module("WireGuardControl", ["WGModel", "WGConfig", "WGControl", "WGCrypto", "WGLinux"]),

    // Ring 3: programs.
    program("wg", ["WGModel", "WGCommandLine", "WGConfig", "WGControl", "WGCrypto", "WGLinux"]),
    program(
        "wg-quick", ["WGModel", "WGCommandLine", "WGConfig", "WGPlan", "WGQuick", "WGControl", "WGCrypto", "WGLinux"]),
    program("wireguard-swift", ["WGModel", "WGEngine", "WGLinux", "WGSandbox"]),

    .target(
        name: "TestSupport", dependencies: ["WGModel", "WGConfig", "WGUAPI", "WGLinux"], path: "Tests/TestSupport",
        swiftSettings: control),
    tests("ArchitectureTests", ["TestSupport"]),
    tests("WGModelTests", ["WGModel", "TestSupport"]),
    tests("WGConfigTests", ["WGConfig", "WGModel", "TestSupport"], exclude: ["Golden", "Lints"]),
    tests("WGUAPITests", ["WGUAPI", "TestSupport"]),
    tests("WGCryptoTests", ["WGCrypto", "CAead", "CSodium", "TestSupport"]),
    tests("WGProtocolTests", ["WGProtocol", "WGCrypto", "TestSupport"]),
    tests("WGLinuxTests", ["WGLinux", "TestSupport"]),
    tests("WGNetlinkTests", ["WGNetlink", "TestSupport"], exclude: ["Fixtures"]),
    tests("WGRouteTests", ["WGRoute", "CNlRoute", "TestSupport"]),
    tests("WGControlTests", ["WGControl", "WGNetlink", "TestSupport"]),
    tests("WireGuardControlTests", ["WireGuardControl", "WGControl", "WGLinux", "WGModel", "TestSupport"]),
    tests("WGPlanTests", ["WGPlan", "WGConfig", "TestSupport"]),
    tests("WGQuickTests", ["WGQuick", "TestSupport"]),
    tests("WGEngineTests", ["WGEngine", "TestSupport"]),
    tests("ProgramTests", ["wg", "wg-quick", "wireguard-swift", "TestSupport"]),
]

/// Targets that only the project's own scripts build: they want flags, root, or a fuzzer's main.
if Context.environment["WIREGUARD_EXTRA_TARGETS"] != nil {
    targets.append(
        .executableTarget(
            name: "engine-with-test-clock", dependencies: ["WGModel", "WGEngine", "WGLinux", "WGSandbox"],
            path: "Tests/EngineWithTestClock", swiftSettings: control))
    targets.append(
        .executableTarget(
            name: "attack-generator", dependencies: ["CLinux", "WGModel", "WGCrypto"], path: "Tests/AttackGenerator",
            swiftSettings: control))
    targets.append(
        .executableTarget(
            name: "netlink-probe", dependencies: ["WGModel", "WGLinux", "WGNetlink", "WGRoute"],
            path: "Tests/NetlinkProbe", swiftSettings: control))
    targets.append(
        .executableTarget(
            name: "quick-fault-injector", dependencies: ["WGModel", "WGConfig", "WGPlan", "WGQuick", "WGLinux"],
            path: "Tests/QuickFaultInjector", swiftSettings: control))
}

/// The fuzzers: libFuzzer brings their main, so that they build with `--sanitize fuzzer` only.
if Context.environment["WIREGUARD_FUZZ"] != nil {
    func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
        .executableTarget(
            name: "\(name)Fuzzer", dependencies: dependencies, path: "Tests/Fuzz/\(name)", exclude: ["Seeds"],
            swiftSettings: control + [.unsafeFlags(["-parse-as-library"])])
    }
    targets += [
        fuzzer("Aead", ["WGCrypto", "CAead", "CSodium"]),
        fuzzer("Config", ["WGModel", "WGConfig"]),
        fuzzer("DNS", ["WGModel", "WGLinux"]),
        fuzzer("Engine", ["WGModel", "WGProtocol", "WGEngine"]),
        fuzzer("Netlink", ["WGModel", "WGLinux", "WGNetlink"]),
        fuzzer("UAPI", ["WGModel", "WGUAPI", "TestSupport"]),
        fuzzer("Values", ["TestSupport"]),
    ]
}

let package = Package(
    name: "swift-wireguard",
    products: [
        .executable(name: "wg", targets: ["wg"]),
        .executable(name: "wg-quick", targets: ["wg-quick"]),
        .executable(name: "wireguard-swift", targets: ["wireguard-swift"]),
        .library(name: "WireGuardControl", type: .static, targets: ["WireGuardControl"]),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
