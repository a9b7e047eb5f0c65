// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let inMemoryLogging = Target.Dependency.product(name: "InMemoryLogging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let tomlKit = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "dbops",
    products: [.executable(name: "dbops", targets: ["dbops"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/LebJe/TOMLKit", exact: "0.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        // Without its traits: neither settings from the environment nor the whole of Foundation.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        // Ground floor: what a job is.
        .target(name: "JobModel", swiftSettings: house),
        .target(name: "BlockingWork", swiftSettings: house),

        // First floor: the instruments, which do not know each other.
        .target(
            name: "Postgres", dependencies: ["JobModel", "BlockingWork", "CPQ", logging, subprocess, systemPackage],
            swiftSettings: house),
        .target(
            name: "HTTPTransport", dependencies: ["JobModel", "BlockingWork", "CCurl", logging], swiftSettings: house),
        .target(
            name: "ObjectStorage",
            dependencies: ["JobModel", "BlockingWork", "HTTPTransport", crypto, systemPackage],
            swiftSettings: house),
        .target(
            name: "Archive", dependencies: ["JobModel", "CZlib", "CISAL", "CLibdeflate", "CXXHash", crypto],
            swiftSettings: house),
        .target(name: "RunHistory", dependencies: ["JobModel", grdb], swiftSettings: house),
        .target(name: "JobFile", dependencies: ["JobModel"], swiftSettings: house),
        .target(name: "Kubernetes", dependencies: ["JobModel"], swiftSettings: house),

        // Second floor: the operations.
        .target(
            name: "Operations",
            dependencies: [
                "JobModel", "BlockingWork", "Postgres", "HTTPTransport", "ObjectStorage", "Archive", crypto, logging,
            ],
            swiftSettings: house),

        // Front doors.
        .target(
            name: "Daemon",
            dependencies: [
                "JobModel", "Operations", logging, serviceLifecycle, unixSignals, hummingbird, hummingbirdCore, nioCore,
                nioPosix, httpTypes, mustache,
            ],
            swiftSettings: house),
        .executableTarget(
            name: "dbops",
            dependencies: [
                "JobModel", "JobFile", "Kubernetes", "RunHistory", "Operations", "Daemon", "Postgres", "HTTPTransport",
                "ObjectStorage",
                "Archive", argumentParser, logging,
            ],
            swiftSettings: house),

        // Basement: C libraries.
        .systemLibrary(name: "CPQ", providers: [.apt(["libpq-dev", "libssl-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CISAL", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CLibdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
        .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),

        .target(
            name: "TestSupport", dependencies: ["JobModel", "Postgres", "ObjectStorage"], path: "Tests/TestSupport",
            swiftSettings: house),
        .testTarget(name: "ImportRulesTests", swiftSettings: house),
        .testTarget(
            name: "JobModelTests", dependencies: ["JobModel"], resources: [.copy("Cases")], swiftSettings: house),
        .testTarget(name: "JobFileTests", dependencies: ["JobFile", "JobModel", tomlKit], swiftSettings: house),
        .testTarget(name: "KubernetesTests", dependencies: ["Kubernetes", "JobFile", "JobModel"], swiftSettings: house),
        .testTarget(
            name: "RunHistoryTests",
            dependencies: ["RunHistory", "Operations", "Postgres", "JobModel", "TestSupport", grdb],
            swiftSettings: house),
        .testTarget(
            name: "DaemonTests",
            dependencies: ["Daemon", "Operations", "JobModel", "TestSupport", logging, serviceLifecycle],
            swiftSettings: house),
        .testTarget(name: "BlockingWorkTests", dependencies: ["BlockingWork"], swiftSettings: house),
        .testTarget(
            name: "ArchiveTests", dependencies: ["Archive", "JobModel", "Postgres", "TestSupport", "CZlib", "CXXHash"],
            swiftSettings: house),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "JobModel", "TestSupport"], swiftSettings: house),
        .testTarget(
            name: "ObjectStorageTests", dependencies: ["ObjectStorage", "HTTPTransport", "JobModel", "TestSupport"],
            resources: [.copy("Vectors")], swiftSettings: house),
        .testTarget(
            name: "OperationsTests",
            dependencies: [
                "Operations", "Archive", "Postgres", "ObjectStorage", "HTTPTransport", "JobFile", "JobModel",
                "TestSupport", logging, inMemoryLogging,
            ],
            swiftSettings: house),
        .testTarget(name: "DeployTests", dependencies: ["dbops", "TestSupport"], swiftSettings: house),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "dbops", "TestSupport", "RunHistory", "Operations", "Postgres", "ObjectStorage", "HTTPTransport",
                "Archive",
                "JobModel",
            ],
            resources: [.copy("Fixtures")], swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)
