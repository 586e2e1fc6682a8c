import Disk
import Formats
import ObjectStore
package import RegistryModel

extension Publisher {
  /// A key to sign a manifest with, and its id.
  package struct NamedKey: Sendable {
    let key: SigningKey
    /// The key's id in the readers' trust stores.
    let keyID: String

    package init(_ key: SigningKey, keyID: String) {
      self.key = key
      self.keyID = keyID
    }

    /// What a reader is told of the key.
    var signer: Signer { Signer(algorithm: key.algorithm, keyID: keyID, fingerprint: key.fingerprint) }

    func sign(_ members: [JSONMember]) throws -> [JSONMember] {
      do {
        return try ManifestSigning.addSignature(to: members, with: key, keyID: keyID)
      } catch {
        throw PublishProblem.signing(error)
      }
    }
  }

  /// Adds a signature to the folder's manifest and changes nothing else in it.
  ///
  /// - Throws: `PublishProblem` where there is no manifest, or the folder's files differ from it, because nobody should
  ///   sign files that were not checked; `DiskError`. The manifest is then unchanged.
  package func addSignature(_ key: NamedKey) throws -> Report {
    let contents = try readContents()
    let catalog = try checkCatalog(contents)
    guard let old = try readOldManifest() else { throw PublishProblem.missingManifest(folder.path) }
    try Self.compare(contents, with: old)
    let bytes = JSONWriter.pretty(.object(members: try key.sign(old.members)))
    let new = try write(bytes) { new in
      new.contentID == old.contentID && new.signatureBlocks.starts(with: old.signatureBlocks)
    }
    return report(new, bytes, contents, catalog, signer: key.signer)
  }

  private static func compare(_ contents: RegistryFolder, with manifest: Manifest) throws {
    var stated: [ManifestPath: ObjectID] = [:]
    for entry in manifest.entries { stated[entry.path] = entry.id }
    for file in contents.files {
      guard let id = stated.removeValue(forKey: file.path) else {
        throw PublishProblem.differsFromManifest(path: file.path.description, .notNamed)
      }
      guard id == file.id else {
        throw PublishProblem.differsFromManifest(path: file.path.description, .changed)
      }
    }
    if let missing = stated.keys.min() {
      throw PublishProblem.differsFromManifest(path: missing.description, .missing)
    }
  }
}

extension ManifestSigning {
  /// Whether a text may name a key: 1 to 128 of `[A-Za-z0-9_-]`.
  package static func isKeyID(_ text: String) -> Bool { TextProblem.Shape.keyID.matches(text) }
}
