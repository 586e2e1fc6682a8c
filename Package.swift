// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

// `scripts/version` knows it from git; a build by hand is one for development.
let version: [CSetting] =
  Context.environment["MMDOS_VERSION"].map {
    [.define("MMDOS_VERSION", to: "\"\($0)\"")]
  } ?? []

let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

// The targets stand in the order of the layers: each may name only those above it. scripts/check-docs holds the table.
let package = Package(
  name: "mmdos",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "mmdos", targets: ["mmdos"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    // MARK: System libraries
    .target(name: "CCurl", dependencies: ["COpenSSL"]),
    .systemLibrary(
      name: "CDeflate",
      pkgConfig: "libdeflate",
      providers: [.apt(["libdeflate-dev"]), .brew(["libdeflate"])]
    ),
    .target(name: "CIgzip"),
    .target(name: "CPlatform"),
    .target(name: "CVersion", cSettings: version),
    .systemLibrary(
      name: "CMarkdown",
      pkgConfig: "md4c",
      providers: [.apt(["libmd4c-dev"]), .brew(["md4c"])]
    ),
    .systemLibrary(
      name: "COpenSSL",
      pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]
    ),
    .systemLibrary(
      name: "CYAML",
      pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]
    ),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // MARK: Disk
    .target(name: "Disk", dependencies: ["CPlatform", systemPackage], swiftSettings: settings),
    .testTarget(
      name: "DiskTests",
      dependencies: ["Disk", "TestSupport", systemPackage],
      swiftSettings: settings
    ),

    // MARK: Formats
    .target(name: "Formats", dependencies: ["CYAML"], swiftSettings: settings),
    .testTarget(
      name: "FormatsTests",
      dependencies: ["Formats", "TestSupport"],
      swiftSettings: settings
    ),

    // MARK: ObjectStore
    .target(
      name: "ObjectStore",
      dependencies: ["CDeflate", "CIgzip", "COpenSSL", "CZlib", "Disk", systemPackage],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ObjectStoreTests",
      dependencies: ["Disk", "ObjectStore", "TestSupport", systemPackage],
      swiftSettings: settings
    ),

    // MARK: Refs
    .target(name: "Refs", dependencies: ["Disk", "ObjectStore", systemPackage], swiftSettings: settings),
    .testTarget(
      name: "RefsTests",
      dependencies: ["Disk", "ObjectStore", "Refs", "TestSupport", systemPackage],
      swiftSettings: settings
    ),

    // MARK: Audit
    .target(
      name: "Audit",
      dependencies: ["CMarkdown", "Disk", "Formats", "ObjectStore"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "AuditTests",
      dependencies: ["Audit", "Formats", "ObjectStore", "TestSupport"],
      swiftSettings: settings
    ),

    // MARK: RegistryModel
    .target(
      name: "RegistryModel",
      dependencies: ["Audit", "COpenSSL", "CVersion", "Formats", "ObjectStore"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "RegistryModelTests",
      dependencies: ["Audit", "Formats", "ObjectStore", "RegistryModel", "TestSupport", systemPackage],
      swiftSettings: settings
    ),

    // MARK: Fetch
    .target(
      name: "Fetch",
      dependencies: ["CCurl", "Disk", "Formats", "RegistryModel", systemPackage],
      swiftSettings: settings
    ),
    .testTarget(
      name: "FetchTests",
      dependencies: [
        "Fetch", "Formats", "RegistryModel", "TestServers", "TestSupport", systemPackage,
      ],
      swiftSettings: settings
    ),

    // MARK: Preview
    .target(
      name: "Preview",
      dependencies: ["CPlatform", "Disk", "Formats", systemPackage],
      swiftSettings: settings
    ),
    .testTarget(
      name: "PreviewTests",
      dependencies: ["Fetch", "Preview", "TestServers", "TestSupport", systemPackage],
      swiftSettings: settings
    ),

    // MARK: RegistrySync
    .target(
      name: "RegistrySync",
      dependencies: [
        "Audit", "Disk", "Fetch", "Formats", "ObjectStore", "Refs", "RegistryModel", systemPackage,
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "RegistrySyncTests",
      dependencies: [
        "Audit", "Disk", "Fetch", "Formats", "ObjectStore", "Refs", "RegistryModel", "RegistrySync",
        "TestScenes", "TestSupport", systemPackage,
      ],
      swiftSettings: settings
    ),

    // MARK: mmdos
    .executableTarget(
      name: "mmdos",
      dependencies: [
        "Audit", "CPlatform", "Disk", "Fetch", "Formats", "ObjectStore", "Preview", "Refs", "RegistryModel",
        "RegistrySync",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        systemPackage,
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "mmdosTests",
      dependencies: [
        "Audit", "Disk", "Fetch", "Formats", "ObjectStore", "Refs", "RegistryModel", "RegistrySync",
        "TestScenes", "TestServers", "TestSupport", "mmdos", systemPackage,
      ],
      swiftSettings: settings
    ),

    // MARK: Parsers of outside bytes, given whatever comes
    .testTarget(
      name: "FuzzTests",
      dependencies: ["FuzzEntries", "TestSupport"],
      swiftSettings: settings
    ),
    .target(
      name: "FuzzEntries",
      dependencies: [
        "Audit", "Disk", "Fetch", "Formats", "ObjectStore", "Preview", "Refs", "RegistryModel",
        "RegistrySync", "TestSupport", systemPackage,
      ],
      path: "Tests/FuzzEntries",
      swiftSettings: settings
    ),

    // MARK: Support for tests
    .target(
      name: "TestSupport",
      dependencies: ["Disk", "Formats", systemPackage],
      path: "Tests/TestSupport",
      swiftSettings: settings
    ),
    .target(
      name: "TestScenes",
      dependencies: ["ObjectStore", "TestServers", "TestSupport", systemPackage],
      path: "Tests/TestScenes",
      swiftSettings: settings
    ),
    .target(
      name: "TestServers",
      dependencies: ["Disk", "Fetch", "Preview", "RegistryModel", "TestSupport", systemPackage],
      path: "Tests/TestServers",
      swiftSettings: settings
    ),
  ]
)

// Only scripts/fuzz builds it: libFuzzer brings the `main`, so the compiler must not make one of its own.
if Context.environment["MMDOS_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "FuzzDriver",
      dependencies: ["FuzzEntries"],
      path: "Tests/FuzzDriver",
      swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]
    )
  )
}
