import Foundation
package import ObjectStore
package import SystemPackage

/// One version of a small registry as its publisher has it: every file under its path.
///
/// Two versions share `common*.md`; `changing*.md` and the catalog differ in each, and `only-<version>.md`
/// is in one alone.
package struct CrashSceneRegistry: Sendable {
  /// The manifest's version, such as `1.0.0`.
  package let version: String
  /// The files that the manifest names, by path.
  package let files: [String: [UInt8]]
  /// The bytes of `manifest.json`.
  package let manifest: [UInt8]

  /// Makes a version; `fileCount` files beside the catalog, half of them the same in every version.
  package init(version: String, fileCount: Int) {
    self.version = version
    var files = ["catalog.yaml": Array(Self.catalog(version).utf8)]
    files["catalog/crash.yaml"] = Array(Self.plugin.utf8)
    files["catalog/.ai/prompts/only-\(version).md"] = Array("only in \(version)\n".utf8)
    for index in 0..<max(0, fileCount - 2) {
      let isCommon = index.isMultiple(of: 2)
      let path =
        "catalog/.ai/\(index % 3 == 0 ? "skills" : "prompts")/\(isCommon ? "common" : "changing")\(index).md"
      let text = isCommon ? "common \(index)\n" : "changing \(index) in \(version)\n"
      files[path] = Array(String(repeating: text, count: 1 + index % 7 * 40).utf8)
    }
    self.files = files
    manifest = Self.manifest(version, files)
  }

  /// All files of a view of it but `checksums.json`.
  package var all: [String: [UInt8]] { files.merging(["manifest.json": manifest]) { first, _ in first } }

  /// The same under `/registry/`, for a `LoopbackServer`.
  package var targets: [String: [UInt8]] {
    Dictionary(uniqueKeysWithValues: all.map { ("/registry/\($0.key)", $0.value) })
  }

  /// Writes it out in place of another version.
  package func write(to folder: FilePath) throws {
    if FileManager.default.fileExists(atPath: folder.string) {
      try FileManager.default.removeItem(atPath: folder.string)
    }
    for (path, bytes) in all {
      let file = folder.pushing(FilePath(path))
      try FileManager.default.createDirectory(
        atPath: file.removingLastComponent().string,
        withIntermediateDirectories: true
      )
      try Data(bytes).write(to: URL(fileURLWithPath: file.string))
    }
  }

  /// The id that a file of this content has.
  package static func id(_ bytes: [UInt8]) -> ObjectID { ObjectID(hashing: bytes) }

  private static func catalog(_ version: String) -> String {
    """
    catalog:
      version: "\(version)"
      description: "for crash tests"
      plugins:
        - slug: crash
          name: "Crash"
          version: "\(version)"
          description: "small"
          category: "tests"

    """
  }

  private static let plugin = """
    name: "Crash"
    slug: crash
    version: "1.0.0"
    description: "small"
    author: "tests"

    """

  private static func manifest(_ version: String, _ files: [String: [UInt8]]) -> [UInt8] {
    let hashes = files.sorted { $0.key < $1.key }
      .map { "    \"\($0.key)\": \"sha256:\(id($0.value))\"" }.joined(separator: ",\n")
    let major = version.prefix { $0 != "." }
    let second = String(repeating: "0", count: max(0, 2 - major.count)) + major
    let text = """
      {
        "registry_name": "crash",
        "publisher": "tests",
        "version": "\(version)",
        "generated_at": "2026-01-01T00:00:\(second)Z",
        "catalog_hash": "sha256:\(id(files["catalog.yaml"] ?? []))",
        "files_hashes": {
      \(hashes)
        },
        "minimum_mmdo_version": "0.0.1",
        "safety_policy_version": "1"
      }

      """
    return Array(text.utf8)
  }
}
