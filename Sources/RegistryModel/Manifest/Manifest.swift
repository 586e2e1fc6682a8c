package import Formats
package import ObjectStore

/// What a manifest is read against: this program and the policy's rules for files.
package struct ManifestRules: Sendable {
  /// The version that `minimum_mmdo_version` may not exceed.
  package var programVersion: SemanticVersion
  /// The policy's `allowed_file_extensions`, with their dots; nil for any, of a manifest that is held.
  package var allowedExtensions: [String]?
  /// The largest `manifest.json`, in bytes (`max_manifest_size_kb`).
  package var maxBytes: Int
  /// The most entries of `files_hashes` (`max_registry_files`).
  package var maxFiles: Int

  /// Takes the rules; the limits default as in DESIGN section 5.
  package init(
    programVersion: SemanticVersion,
    allowedExtensions: [String]?,
    maxBytes: Int = 4096 << 10,
    maxFiles: Int = 10_000
  ) {
    self.programVersion = programVersion
    self.allowedExtensions = allowedExtensions
    self.maxBytes = maxBytes
    self.maxFiles = maxFiles
  }
}

/// A registry's `manifest.json`, with every rule checked that needs neither keys nor a clock.
///
/// Fields are those of INTEROP, "manifest.json"; signatures are parsed, not verified.
package struct Manifest: Sendable {
  /// A file of the registry.
  package struct Entry: Hashable, Sendable {
    /// Where it lies.
    package let path: ManifestPath
    /// The SHA-256 of its bytes.
    package let id: ObjectID

    /// Pairs a path with the id of its bytes.
    package init(path: ManifestPath, id: ObjectID) {
      self.path = path
      self.id = id
    }
  }

  /// The registry's own name, which never changes; one line.
  package let registryName: String
  /// Who publishes it; one line.
  package let publisher: String
  /// The version of the content.
  package let version: SemanticVersion
  /// When the manifest was made.
  package let generatedAt: Timestamp
  /// `generated_at` as it is written, for the snapshot.
  package let generatedAtText: String
  /// When the manifest stops being current, where it says so.
  package let expiresAt: Timestamp?
  /// The id of `catalog.yaml`.
  package let catalogID: ObjectID
  /// Every file but `manifest.json`, sorted by path bytes; `catalog.yaml` is in it, named or not.
  package let entries: [Entry]
  /// The oldest program that may read the registry.
  package let minimumVersion: SemanticVersion
  /// The version of the publisher's safety policy; one line.
  package let safetyPolicyVersion: String
  /// `signature`, if not null, followed by `signatures`.
  package let signatureBlocks: [SignatureBlock]
  /// The whole text as read: signatures cover its top-level members.
  package let document: JSONValue

  /// Parses and checks the bytes of a `manifest.json`.
  ///
  /// - Throws: `ManifestProblem`, the first rule that is broken.
  package static func parse(_ bytes: [UInt8], rules: ManifestRules) throws(ManifestProblem) -> Manifest {
    let document: JSONValue
    do {
      document = try StrictJSON.parse(bytes, maxBytes: rules.maxBytes)
    } catch {
      throw .text(error)
    }
    return try Manifest(document, rules: rules)
  }

  private init(_ document: JSONValue, rules: ManifestRules) throws(ManifestProblem) {
    let reader = try ManifestReader(document)
    minimumVersion = try reader.readVersion("minimum_mmdo_version")
    // First, so that a newer format is told as such and not as a broken field.
    guard minimumVersion <= rules.programVersion else {
      throw .programTooOld(
        needed: minimumVersion,
        program: rules.programVersion,
        at: reader.position("minimum_mmdo_version")
      )
    }
    registryName = try reader.readLine("registry_name")
    publisher = try reader.readLine("publisher")
    version = try reader.readVersion("version")
    (generatedAt, generatedAtText) = try reader.readTime("generated_at")
    expiresAt = try reader.findTime("expires_at")
    safetyPolicyVersion = try reader.readLine("safety_policy_version")
    catalogID = try reader.readHash("catalog_hash")
    entries = try reader.readFiles(catalogID: catalogID, rules: rules)
    signatureBlocks = try SignatureBlock.parseAll(of: reader)
    self.document = document
  }

  /// The id of a file's bytes, or nil if the registry has no such file; a binary search.
  package func findID(of path: ManifestPath) -> ObjectID? {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = low + (high - low) / 2
      let entry = entries[middle]
      if entry.path == path { return entry.id }
      if entry.path < path { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}
