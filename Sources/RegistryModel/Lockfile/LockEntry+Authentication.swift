import ObjectStore

internal import ObjectStore

/// What checking one HMAC of a lock entry found.
package enum LockfileAuthentication: Equatable, Sendable {
  /// It is the project key's.
  case valid
  /// It is not: the entry was changed, or written with another key (exit code 3).
  case mismatch
  /// There is no project key to check with.
  case notChecked
  /// There is a key, but the entry has no HMAC: a warning, the next sync writes it.
  case missing
}

extension LockEntry {
  /// Whether `signature` is the project key's (INTEROP "Canonical payload", 6).
  package func checkSignature(with key: ProjectKey?) -> LockfileAuthentication {
    Self.check(signature, over: signaturePayload, with: key)
  }

  /// Whether `entryHMAC` is the project key's (DESIGN section 8, "Lockfile").
  package func checkEntryHMAC(with key: ProjectKey?) -> LockfileAuthentication {
    Self.check(entryHMAC, over: hmacPayload, with: key)
  }

  /// Writes both HMACs anew, or takes them out without a key; call it last, after every other change.
  package mutating func authenticate(with key: ProjectKey?) {
    signature = key.map { LowerHex.encode($0.authenticate(signaturePayload)) }
    entryHMAC = key.map { LowerHex.encode($0.authenticate(hmacPayload)) }
  }

  /// The 64 ASCII digits of the catalog's id.
  private var signaturePayload: [UInt8] { Array(catalog.description.utf8) }

  private static func check(
    _ code: String?,
    over message: [UInt8],
    with key: ProjectKey?
  ) -> LockfileAuthentication {
    guard let key else { return .notChecked }
    guard let code else { return .missing }
    guard let bytes = LowerHex.decode(Array(code.utf8)) else { return .mismatch }
    return key.isValid(bytes, over: message) ? .valid : .mismatch
  }
}
