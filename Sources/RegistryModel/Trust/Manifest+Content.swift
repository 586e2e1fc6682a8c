package import Formats
package import ObjectStore

extension Manifest {
  /// The top-level keys that every manifest must have (INTEROP "manifest.json").
  package static let requiredFields = [
    "registry_name", "publisher", "version", "generated_at", "catalog_hash", "files_hashes",
    "minimum_mmdo_version", "safety_policy_version",
  ]

  /// The optional keys that mmdos reads.
  private static let optionalFields = ["expires_at"]

  /// The members that are not signed, because they contain the signatures.
  static let signatureFields = ["signature", "signatures"]

  /// The fields that a signature has to cover, in the document's order (DESIGN section 8).
  ///
  /// Required keys that are missing come last, so that they are reported as missing.
  static func fieldsToSign(of members: [JSONMember]) -> [String] {
    let read = requiredFields + optionalFields
    let present = members.map(\.name).filter { name in read.contains { $0.utf8.elementsEqual(name.utf8) } }
    return present + requiredFields.filter { !present.contains($0) }
  }

  /// The top-level members in the order of the text.
  package var members: [JSONMember] {
    guard case .object(let members) = document.content else {
      preconditionFailure("a manifest was parsed from an object")
    }
    return members
  }

  /// The id of the manifest's content without its signatures.
  ///
  /// Two manifests of one version must have the same id. It is the SHA-256 of the canonical payload of all top-level
  /// keys but `signature` and `signatures` (DESIGN section 8, "Rollback").
  package var contentID: ObjectID {
    let rest = members.filter { member in
      !Self.signatureFields.contains { $0.utf8.elementsEqual(member.name.utf8) }
    }
    return ObjectID(hashing: CanonicalJSON.encode(.object(members: rest)))
  }
}
