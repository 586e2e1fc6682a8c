import Formats
import ObjectStore

@testable import RegistryModel

extension FuzzEntry {
  private static let rules = (try? SemanticVersion(parsing: "1.5.0")).map {
    ManifestRules(programVersion: $0, maxBytes: 1 << 20)
  }

  private static func judge(_ bytes: [UInt8]) -> String? {
    guard let rules else { return "no rules" }
    guard let manifest = try? Manifest.parse(bytes, rules: rules) else { return nil }
    _ = manifest.contentID
    let signatures = ManifestSignatures(
      of: manifest,
      trustStore: .empty,
      projectKey: nil,
      policy: Policy(),
      source: Source(name: manifestName, location: .folder("/registry"))
    )
    if signatures.signers.count > 0 { return "a manifest is signed by nobody's key" }
    for entry in manifest.entries where manifest.findID(of: entry.path) != entry.id {
      return "a file of the manifest is not found in it"
    }
    let again = try? Manifest.parse(JSONWriter.pretty(manifest.document), rules: rules)
    return violation("a written manifest has other files", unless: again?.entries == manifest.entries)
  }

  // A name that is valid for certain; the file does not compile into a trap where it is not.
  private static var manifestName: RegistryName {
    guard let name = try? RegistryName(parsing: "fuzz") else { fatalError("'fuzz' is a name") }
    return name
  }

  static let model: [FuzzEntry] = [
    FuzzEntry("manifest") { judge($0) },
    FuzzEntry("policy") { bytes in
      _ = try? Policy.parse(bytes)
      return nil
    },
    FuzzEntry("sources") { bytes in
      _ = try? SourceList.parse(bytes)
      return nil
    },
    FuzzEntry("trust-store") { bytes in
      _ = try? TrustStore.parse(bytes)
      return nil
    },
    FuzzEntry("lockfile") { bytes in
      guard let lockfile = try? Lockfile.parse(bytes) else { return nil }
      guard let again = try? Lockfile.parse(lockfile.encode()) else {
        return "a written lockfile does not parse"
      }
      return violation("a written lockfile is another one", unless: again.encode() == lockfile.encode())
    },
    FuzzEntry("catalog") { bytes in
      _ = try? Catalog.parse(bytes, requiresList: bytes.count % 2 == 0)
      return nil
    },
    FuzzEntry("plugin") { bytes in
      _ = try? PluginManifest.parse(bytes, expecting: nil)
      return nil
    },
    FuzzEntry(text: "public-key") { text in
      guard let key = try? Ed25519PublicKey(parsing: text) else { return nil }
      return violation("a key has two forms", unless: (try? Ed25519PublicKey(rawBytes: key.rawBytes)) == key)
    },
    FuzzEntry("user-configuration") { bytes in
      guard let configuration = try? UserConfiguration.parse(bytes) else { return nil }
      let paths = configuration.safeDirectories + configuration.sharedStores + [configuration.caFile ?? "/"]
      return violation(
        "a path is neither absolute nor in the home, or has a wildcard",
        unless: paths.allSatisfy {
          ($0.hasPrefix("/") || $0.hasPrefix("~/") || $0 == "~") && !$0.contains("*")
        }
      )
    },
    FuzzEntry("netrc") { bytes in
      let file = NetrcFile(bytes)
      return violation(
        "a login is not found by its host",
        unless: file.logins.allSatisfy { file.find($0.machine) != nil }
      )
    },
    FuzzEntry("content-class") { bytes in
      let whole = ContentShape(of: bytes)
      var detector = ContentDetector()
      for start in stride(from: 0, to: bytes.count, by: 3) {
        let piece = Array(bytes[start..<min(start + 3, bytes.count)])
        detector.append(piece.span.bytes)
      }
      return violation("whole and in pieces differ", unless: detector.finish() == whole)
    },
    FuzzEntry("key-document") { bytes in
      _ = try? KeyDocument.read(bytes, for: "k", from: "document")
      return nil
    },
    FuzzEntry(text: "private-key") { text in
      guard let key = try? Ed25519PrivateKey(pem: text) else { return nil }
      let written = key.pem
      return violation("a key has two forms", unless: written == text || written == text + "\n")
    },
    FuzzEntry("project-key") { bytes in
      guard let key = try? ProjectKey(parsing: bytes) else { return nil }
      return violation(
        "a key has two forms",
        unless: key.fileContent == bytes || key.fileContent == bytes + [UInt8(ascii: "\n")]
      )
    },
    FuzzEntry(text: "url") { text in
      guard let url = try? RegistryURL(parsing: text, allowHTTPLocalhost: true) else { return nil }
      let again = try? RegistryURL(parsing: url.description, allowHTTPLocalhost: true)
      return violation("a normalised URL is not normalised", unless: again == url)
    },
    FuzzEntry("url-reference") { bytes in
      guard
        let base = try? URLParser.parse("https://registry.example/a/b/catalog.yaml", allowHTTPLocalhost: true)
      else { return "no base" }
      let target = URLReference.resolve(bytes.text(0), against: base)
      _ = try? RequestURL(parsing: target, allowHTTPLocalhost: false)
      return nil
    },
    FuzzEntry("manifest-path") { bytes in
      guard let path = try? ManifestPath(parsing: bytes.text(0)) else { return nil }
      if path.components.joined(separator: "/") != path.description { return "a path is not its components" }
      if let pattern = PathPattern(parsing: bytes.text(1)) { _ = pattern.covers(path) }
      try? ManifestPathSet.validateTogether([path] + ((try? [ManifestPath(parsing: bytes.text(1))]) ?? []))
      return nil
    },
    FuzzEntry(text: "registry-name") { text in
      guard let name = try? RegistryName(parsing: text) else { return nil }
      return violation("a name has two forms", unless: name.description.utf8.elementsEqual(text.utf8))
    },
    FuzzEntry("pack-list") { bytes in
      guard let list = try? PackList.parse(bytes), let target = list.steps.first?.to else { return nil }
      let route = PackRoute.find(to: target, in: list, maxBytes: 1 << 40) { $0.description.hasPrefix("ab") }
      if let route, route.packs.map(\.bytes).reduce(0, +) > 1 << 40 { return "a route passes its limit" }
      _ = PackRoute.cost(ofFiles: .max, in: list)
      return violation("a written list is another one", unless: (try? PackList.parse(list.encode())) == list)
    },
    FuzzEntry(text: "slug") { text in
      guard let slug = try? PluginSlug(parsing: text) else { return nil }
      return violation("a slug has two forms", unless: slug.description.utf8.elementsEqual(text.utf8))
    },
  ]
}
