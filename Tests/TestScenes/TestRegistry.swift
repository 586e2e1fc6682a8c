import Foundation
import ObjectStore
package import SystemPackage

/// A publisher of a test's own: files in memory and a `manifest.json` made here, not by `mmdos publish`,
/// so that it can also say what no honest publisher would.
package struct TestRegistry: Sendable {
  /// The files by path, without the manifest.
  package var files: [String: [UInt8]]
  /// The registry's version; other versions give other manifests.
  package var version: String
  /// The manifest's top-level fields as JSON text; nil leaves a field out.
  package var fields: [String: String?] = [:]
  /// Lines of JSON, such as `"a": 1`, that come behind the usual fields.
  package var extraFields: [String] = []
  /// What `files_hashes` says instead of the truth, by path; as JSON text.
  package var statedHashes: [String: String] = [:]
  /// Lines of JSON that come behind the usual members of `files_hashes`.
  package var extraHashes: [String] = []

  /// Makes a registry of `count` files beside `catalog.yaml`; other seeds give other contents.
  package init(count: Int = 4, seed: String = "a", version: String = "1.0.0") {
    self.version = version
    let catalog = "catalog:\n  version: \"1\"\n  description: \"test \(seed)\"\n  plugins: []\n"
    files = ["catalog.yaml": Array(catalog.utf8)]
    for index in 0..<count { files[Self.path(index)] = Self.content(index, seed) }
  }

  /// The path of the file with a number.
  package static func path(_ index: Int) -> String {
    "catalog/.ai/skills/group-\(index / 50)/skill-\(index).md"
  }

  private static func content(_ index: Int, _ seed: String) -> [UInt8] {
    Array("# Skill \(index) of \(seed)\n\n\(String(repeating: "Read, think, write. ", count: 10))\n".utf8)
  }

  /// A later version in which the files with these numbers are others.
  package func changing(_ indices: Range<Int>, seed: String = "b", version: String = "1.1.0") -> TestRegistry
  {
    var next = self
    next.version = version
    for index in indices { next.files[Self.path(index)] = Self.content(index, seed) }
    return next
  }

  /// The same with one file more, or another one in its place.
  package func with(_ path: String, _ bytes: some Sequence<UInt8>) -> TestRegistry {
    var next = self
    next.files[path] = Array(bytes)
    return next
  }

  /// What a file's bytes hash to, as a manifest states it.
  package static func hash(_ bytes: [UInt8]) -> String { "sha256:\(ObjectID(hashing: bytes))" }

  /// The bytes of `manifest.json`.
  package var manifest: [UInt8] {
    var members = files.keys.sorted().map { path in
      "\(Self.quote(path)): \(statedHashes[path] ?? Self.quote(Self.hash(files[path] ?? [])))"
    }
    members += extraHashes
    let usual: [(String, String)] = [
      ("registry_name", "\"test-registry\""), ("publisher", "\"Test Publisher\""),
      ("version", Self.quote(version)), ("generated_at", "\"2026-01-02T03:04:05Z\""),
      ("catalog_hash", Self.quote(Self.hash(files["catalog.yaml"] ?? []))),
      ("files_hashes", "{\n    \(members.joined(separator: ",\n    "))\n  }"),
      ("minimum_mmdo_version", "\"1.0.0\""), ("safety_policy_version", "\"1.0\""), ("signature", "null"),
    ]
    var lines: [String] = []
    for (name, value) in usual {
      if let changed = fields[name] {
        if let changed { lines.append("\"\(name)\": \(changed)") }
      } else {
        lines.append("\"\(name)\": \(value)")
      }
    }
    return Array("{\n  \((lines + extraFields).joined(separator: ",\n  "))\n}\n".utf8)
  }

  /// Text as a JSON string.
  package static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u00" + (digits.count == 1 ? "0" : "") + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// Every file with the manifest, by path.
  package var published: [String: [UInt8]] { files.merging(["manifest.json": manifest]) { $1 } }

  /// How many files a client gets in all, the manifest included.
  package var count: Int { files.count + 1 }

  /// Writes everything into a folder; files that are there and differ are replaced, no file is removed.
  package func write(to folder: FilePath) throws {
    for (path, bytes) in published {
      let file = folder.appending(path).string
      let data = Data(bytes)
      guard FileManager.default.contents(atPath: file) != data else { continue }
      try FileManager.default.createDirectory(
        atPath: folder.appending(path).removingLastComponent().string,
        withIntermediateDirectories: true
      )
      try data.write(to: URL(fileURLWithPath: file))
    }
  }
}
