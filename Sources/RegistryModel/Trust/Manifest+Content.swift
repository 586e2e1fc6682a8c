package import Formats
package import ObjectStore

extension Manifest {
  /// The top-level keys that every manifest has and mmdos reads (INTEROP "manifest.json").
  package static let requiredFields = [
    "registry_name", "publisher", "version", "generated_at", "catalog_hash", "files_hashes",
    "minimum_mmdo_version", "safety_policy_version",
  ]

  /// Optional keys that mmdos reads where a manifest has them.
  private static let optionalFields = ["expires_at"]

  /// The members that cannot be signed, because they hold the signatures.
  static let signatureFields = ["signature", "signatures"]

  /// What a signature has to cover in a document, in the document's order (DESIGN section 8).
  ///
  /// Required keys that the document lacks come last, so that they are found missing.
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

  /// The id of what the manifest says apart from its signatures.
  ///
  /// Two manifests of one version must have the same; it is the SHA-256 of the canonical payload of all
  /// top-level keys but `signature` and `signatures` (DESIGN section 8, "Rollback").
  package var contentID: ObjectID {
    let rest = members.filter { member in
      !Self.signatureFields.contains { $0.utf8.elementsEqual(member.name.utf8) }
    }
    return ObjectID(hashing: CanonicalJSON.encode(.object(members: rest)))
  }
}
