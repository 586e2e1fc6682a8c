package import Formats
package import ObjectStore

/// The inputs for checking a manifest: the program's version and the policy's limits.
package struct ManifestRules: Sendable {
  /// The highest `minimum_mmdo_version` that is accepted.
  package var programVersion: SemanticVersion
  /// The largest `manifest.json`, in bytes (`max_manifest_size_kb`).
  package var maxBytes: Int
  /// The largest number of files and of the folders they lie in, together (`max_registry_files`).
  package var maxFiles: Int

  /// The limits default to those of DESIGN section 5.
  package init(
    programVersion: SemanticVersion,
    maxBytes: Int = Int(Limits().maxManifestBytes),
    maxFiles: Int = Limits().maxManifestEntries
  ) {
    self.programVersion = programVersion
    self.maxBytes = maxBytes
    self.maxFiles = maxFiles
  }
}

/// A registry's `manifest.json`, with all rules checked that need neither keys nor a clock.
///
/// The fields are those of INTEROP, "manifest.json"; signatures are parsed, not verified.
package struct Manifest: Sendable {
  /// A file of the registry.
  package struct Entry: Hashable, Sendable {
    /// The path in the registry.
    package let path: ManifestPath
    /// The SHA-256 of its bytes.
    package let id: ObjectID

    package init(path: ManifestPath, id: ObjectID) {
      self.path = path
      self.id = id
    }
  }

  /// The registry's own name, which must never change; one line.
  package let registryName: String
  /// The publisher; one line.
  package let publisher: String
  /// The version of the registry's content.
  package let version: SemanticVersion
  /// The time when the manifest was made.
  package let generatedAt: Timestamp
  /// `generated_at` as written, for the snapshot.
  package let generatedAtText: String
  /// The time when the manifest expires, if it states one.
  package let expiresAt: Timestamp?
  /// The id of `catalog.yaml`.
  package let catalogID: ObjectID
  /// Every file but `manifest.json`, sorted by path bytes; `catalog.yaml` is always included.
  package let entries: [Entry]
  /// The folders of these files and of the manifest.
  package let trees: TreeExtent
  /// The oldest version of the Node tool that can read the registry.
  package let minimumVersion: SemanticVersion
  /// The version of the publisher's safety policy; one line.
  package let safetyPolicyVersion: String
  /// `signature`, if not null, followed by `signatures`.
  package let signatureBlocks: [SignatureBlock]
  /// The whole document as read; signatures cover its top-level members.
  package let document: JSONValue

  /// Parses and checks the bytes of a `manifest.json`.
  ///
  /// - Throws: `ManifestProblem`, for the first rule that is broken.
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
    // Checked first, so that a newer format is reported as such and not as a malformed field.
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
    trees = TreeExtent(of: [["manifest.json"]] + entries.map(\.path.components))
    guard entries.count + trees.folderCount <= rules.maxFiles else {
      throw .tooManyFiles(
        count: entries.count + trees.folderCount,
        limit: rules.maxFiles,
        at: reader.position("files_hashes")
      )
    }
    signatureBlocks = try SignatureBlock.parseAll(of: reader)
    self.document = document
  }

  /// The id of a file, or nil if the registry has no such file; a binary search.
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
