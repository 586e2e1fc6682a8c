import Disk
import Formats
import ObjectStore
package import RegistryModel

extension Publisher {
  /// What a manifest is signed with.
  package struct Signer: Sendable {
    /// The key.
    package let key: SigningKey
    /// The key's name in the readers' trust stores.
    package let keyID: String

    /// Pairs a key with its name.
    package init(_ key: SigningKey, keyID: String) {
      self.key = key
      self.keyID = keyID
    }

    /// What tells the key from others.
    package var fingerprint: KeyFingerprint {
      switch key {
      case .publisher(let key): key.publicKey.fingerprint
      case .project(let key): key.fingerprint
      }
    }

    /// The manifest's members with one more signature.
    func sign(_ members: [JSONMember]) throws -> [JSONMember] {
      do {
        return try ManifestSigning.addSignature(to: members, with: key, keyID: keyID)
      } catch {
        throw PublishProblem.signing(error)
      }
    }
  }

  /// Signs the manifest that is in the folder once more; apart from signatures it says what it said.
  ///
  /// - Throws: `PublishProblem`: there is no manifest, or the folder is not what it states, as nobody
  ///   should sign what was not looked at; then the manifest is as it was. `DiskError`.
  package func addSignature(_ signer: Signer) throws -> Report {
    let contents = try readContents()
    let catalog = try checkCatalog(contents)
    guard let old = try readOldManifest() else { throw PublishProblem.missingManifest(folder.path) }
    try Self.compare(contents, with: old)
    let bytes = JSONWriter.pretty(.object(members: try signer.sign(old.members)))
    let new = try write(bytes) { new in
      new.contentID == old.contentID && new.signatureBlocks.starts(with: old.signatureBlocks)
    }
    return report(new, bytes, contents, catalog, signer: signer)
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
