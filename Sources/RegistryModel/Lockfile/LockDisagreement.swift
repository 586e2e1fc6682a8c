import Formats
package import ObjectStore

/// A field of a lock entry that cannot be right for the registry's manifest, files and address.
package struct LockDisagreement: Equatable, Sendable {
  /// What the field has to be.
  package enum Expectation: Equatable, Sendable {
    case value(String)
    /// A version or time that must not be lower.
    case atLeast(String)
    case oneOf([String])
    /// Any value; only a missing field is wrong.
    case something
    /// No value.
    case nothing
  }

  /// The field's key in the lockfile.
  package let field: String
  /// The value in the lockfile; nil where it has none.
  package let locked: String?
  package let expected: Expectation

  package init(field: String, locked: String?, expected: Expectation) {
    (self.field, self.locked, self.expected) = (field, locked, expected)
  }
}

/// What a lock entry is compared with: everything from which its fields follow.
package struct LockedContent: Sendable {
  /// The address in `sources.yaml`.
  package var url: String
  package var manifestID: ObjectID
  package var manifest: Manifest
  /// The root of the files; nil where they are not known yet.
  package var tree: ObjectID?

  package init(url: String, manifestID: ObjectID, manifest: Manifest, tree: ObjectID?) {
    (self.url, self.manifestID, self.manifest, self.tree) = (url, manifestID, manifest, tree)
  }
}

extension LockEntry {
  /// Whether the entry has none of the fields that only mmdos writes.
  ///
  /// The Node tool rewrites entries without them, so pin, signers and highest version are then lost.
  package var isOfNodeTool: Bool {
    registryName == nil && tree == nil && version == nil && generatedAt == nil && signers == nil
      && highest == nil && entryHMAC == nil && !isPinned
  }

  /// All fields that disagree with the content, in the order of the lockfile; none if the entry is about it.
  ///
  /// `synced_at`, `trust_store_path`, `verification_warnings` and `pinned` do not follow from the content. Of the
  /// memory only bounds do: `highest` is not lower than the content, and what was signed has signers. Which ones
  /// is judged with the trust store.
  package func disagreements(with content: LockedContent) -> [LockDisagreement] {
    var comparison = LockComparison(entry: self, content: content)
    comparison.compareIDs()
    if !isOfNodeTool {
      comparison.compareSignatureFields()
      comparison.compareManifestFields()
      comparison.compareMemory()
    }
    return comparison.found
  }
}

/// The comparison of one entry, field by field.
private struct LockComparison {
  let entry: LockEntry
  let content: LockedContent
  private(set) var found: [LockDisagreement] = []

  private var manifest: Manifest { content.manifest }

  init(entry: LockEntry, content: LockedContent) {
    (self.entry, self.content) = (entry, content)
  }

  mutating func compareIDs() {
    compare("url", entry.url, content.url)
    compare("catalog_sha256", entry.catalog.description, manifest.catalogID.description)
    compare("manifest_sha256", entry.manifest.description, content.manifestID.description)
  }

  /// The fields about the publisher's signature describe the manifest, also while the pin remembers other signers.
  mutating func compareSignatureFields() {
    let isSigned = entry.signatureStatus == .verified
    let verdict: LockEntry.TrustVerdict = isSigned ? .verified : .unsignedAllowed
    guard isSigned else {
      refuse("public_signature_algorithm", entry.signatureAlgorithm?.rawValue)
      refuse("public_signature_key_id", entry.signatureKeyID)
      return compare("trust_verdict", entry.trustVerdict.rawValue, verdict.rawValue)
    }
    let blocks = manifest.signatureBlocks.filter { $0.algorithm == entry.signatureAlgorithm }
    let isThere = blocks.contains { $0.keyID.utf8.elementsEqual((entry.signatureKeyID ?? "").utf8) }
    if !isThere {
      let expected = LockDisagreement.Expectation.oneOf(manifest.signatureBlocks.map(\.keyID))
      add("public_signature_key_id", entry.signatureKeyID, expected)
    }
    compare("trust_verdict", entry.trustVerdict.rawValue, verdict.rawValue)
  }

  mutating func compareManifestFields() {
    compare("registry_name", entry.registryName, manifest.registryName)
    if let tree = content.tree { compare("tree", entry.tree?.description, tree.description) }
    compare("version", entry.version?.description, manifest.version.description)
    compare("generated_at", entry.generatedAt?.description, manifest.generatedAtText)
  }

  mutating func compareMemory() {
    if entry.signers == nil || (entry.signatureStatus == .verified && entry.signers?.isEmpty == true) {
      add("signers", entry.signers.map { _ in "[]" }, .something)
    }
    guard let highest = entry.highest else { return add("highest", nil, .something) }
    if highest.version < manifest.version {
      add("highest", highest.version.description, .atLeast(manifest.version.description))
    } else if highest.generatedAt.time < manifest.generatedAt {
      add("highest", highest.generatedAt.description, .atLeast(manifest.generatedAtText))
    }
  }

  private mutating func compare(_ field: String, _ locked: String?, _ expected: String) {
    // By bytes: Swift takes texts for equal that differ in their encoding.
    guard locked?.utf8.elementsEqual(expected.utf8) != true else { return }
    add(field, locked, .value(expected))
  }

  private mutating func refuse(_ field: String, _ locked: String?) {
    if locked != nil { add(field, locked, .nothing) }
  }

  private mutating func add(_ field: String, _ locked: String?, _ expected: LockDisagreement.Expectation) {
    found.append(LockDisagreement(field: field, locked: locked, expected: expected))
  }
}
