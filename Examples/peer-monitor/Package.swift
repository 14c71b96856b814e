// swift-tools-version: 6.2
import PackageDescription

// A program outside the package, as any user of the library is. In one of yours, the first dependency is
//   .package(url: "https://host/swift-wireguard.git", from: "0.1.0")
let package = Package(
    name: "peer-monitor",
    dependencies: [.package(name: "swift-wireguard", path: "../..")],
    targets: [
        .executableTarget(
            name: "peer-monitor",
            dependencies: [.product(name: "WireGuardControl", package: "swift-wireguard")])
    ]
)
