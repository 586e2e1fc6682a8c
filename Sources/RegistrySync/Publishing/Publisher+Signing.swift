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
        throw PublishProblems([.signing(error)])
      }
    }
  }

  /// Adds a signature to the folder's manifest and changes nothing else in it.
  ///
  /// - Throws: `PublishProblems` where there is no manifest, or the folder's files differ from it, because nobody should
  ///   sign files that were not checked; `DiskError`. The manifest is then unchanged.
  package func addSignature(_ key: NamedKey, allowFindings: Bool = false) throws -> Report {
    let content = try readContent(allowFindings: allowFindings)
    var problems = content.problems
    let found = try readOldManifest(&problems)
    if found == nil, problems.isEmpty { problems.append(.missingManifest(folder.path)) }
    let before = try readBefore(found, &problems)
    if let found { problems += Self.differences(of: content.files, from: found.manifest) }
    try PublishProblems.throwAny(problems)
    guard let old = found?.manifest else { throw PublishProblems([.missingManifest(folder.path)]) }
    let bytes = JSONWriter.pretty(.object(members: try key.sign(old.members)))
    // A folder without packs was published without them.
    let offersPacks = !before.list.steps.isEmpty
    let written = try write(bytes, content.files, over: before, offersPacks: offersPacks) { new in
      new.contentID == old.contentID && new.signatureBlocks.starts(with: old.signatureBlocks)
    }
    return report(written, content, signer: key.signer)
  }

  /// Every file that is not what the manifest says of it.
  private static func differences(of contents: RegistryFolder, from manifest: Manifest) -> [PublishProblem] {
    var stated: [ManifestPath: ObjectID] = [:]
    for entry in manifest.entries { stated[entry.path] = entry.id }
    var problems: [PublishProblem] = []
    for file in contents.files {
      let id = stated.removeValue(forKey: file.path)
      if id != file.id {
        let difference: ManifestDifference = id == nil ? .notNamed : .changed
        problems.append(.differsFromManifest(path: file.path.description, difference))
      }
    }
    for path in stated.keys.sorted() where !contents.contains(path.description) {
      problems.append(.differsFromManifest(path: path.description, .missing))
    }
    return problems
  }
}

extension ManifestSigning {
  /// Whether a text may name a key: 1 to 128 of `[A-Za-z0-9_-]`.
  package static func isKeyID(_ text: String) -> Bool { TextProblem.Shape.keyID.matches(text) }
}
