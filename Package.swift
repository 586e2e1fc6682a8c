// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "mmdos",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "mmdos", targets: ["mmdos"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
  ],
  targets: [
    // MARK: System libraries
    .target(name: "CPlatform"),
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

    // MARK: ObjectStore
    .target(
      name: "ObjectStore",
      dependencies: [
        "COpenSSL", "CPlatform", "CZlib", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "ObjectStoreTests",
      dependencies: ["ObjectStore", "TestSupport", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: settings
    ),

    // MARK: Refs
    .target(
      name: "Refs",
      dependencies: ["ObjectStore", .product(name: "SystemPackage", package: "swift-system")],
      swiftSettings: settings
    ),
    .testTarget(
      name: "RefsTests",
      dependencies: [
        "ObjectStore", "Refs", "TestSupport", .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings
    ),

    // MARK: RegistrySync
    .target(
      name: "RegistrySync",
      dependencies: [
        "CMarkdown", "COpenSSL", "CYAML", "ObjectStore", "Refs",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "RegistrySyncTests",
      dependencies: [
        "ObjectStore", "Refs", "RegistrySync", "TestSupport",
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings
    ),

    // MARK: mmdos
    .executableTarget(
      name: "mmdos",
      dependencies: [
        "ObjectStore", "Refs", "RegistrySync",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "mmdosTests",
      dependencies: [
        "ObjectStore", "Refs", "RegistrySync", "TestSupport", "mmdos",
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings
    ),

    // MARK: Support for tests
    .target(
      name: "TestSupport",
      dependencies: [
        "ObjectStore", "RegistrySync",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Tests/TestSupport",
      swiftSettings: settings
    ),
  ]
)
