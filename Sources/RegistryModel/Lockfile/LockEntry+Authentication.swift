import ObjectStore

/// The result of checking one HMAC of a lock entry.
package enum LockfileAuthentication: Equatable, Sendable {
  /// It was made with the project key.
  case valid
  /// It was not: the entry was changed, or written with another key (exit code 3).
  case mismatch
  /// There is no project key.
  case notChecked
  /// There is a key, but the entry has no HMAC (exit code 3).
  case missing
}

/// Why an entry may not be acted on where the project has a key (DESIGN section 8a).
package enum LockCodeProblem: Error, Equatable, Sendable {
  /// The code is not that of the entry: the entry was changed, or written with another key.
  case wrong(field: String)
  /// The entry has no such code: written without the key, or taken out.
  case missing(field: String)

  package var field: String {
    switch self {
    case .wrong(let field), .missing(let field): field
    }
  }
}

extension LockEntry {
  /// Checks `signature` with the project key (INTEROP "Canonical payload", 6).
  package func checkSignature(with key: ProjectKey?) -> LockfileAuthentication {
    Self.check(signature, over: signaturePayload, with: key)
  }

  /// Checks `entryHMAC` with the project key (DESIGN section 8, "Lockfile").
  package func checkEntryHMAC(with key: ProjectKey?) -> LockfileAuthentication {
    Self.check(entryHMAC, over: hmacPayload, with: key)
  }

  /// What is wrong with the codes; nothing where there is no key to check them with.
  package func codeProblems(with key: ProjectKey?) -> [LockCodeProblem] {
    let checks = [("signature", checkSignature(with: key)), ("entry_hmac", checkEntryHMAC(with: key))]
    return checks.compactMap { field, result in
      switch result {
      case .valid, .notChecked: nil
      case .mismatch: .wrong(field: field)
      case .missing: .missing(field: field)
      }
    }
  }

  /// Computes both HMACs, or removes them without a key; must be the last change of an entry.
  package mutating func authenticate(with key: ProjectKey?) {
    signature = key.map { LowerHex.encode($0.authenticate(signaturePayload)) }
    entryHMAC = key.map { LowerHex.encode($0.authenticate(hmacPayload)) }
  }

  /// The 64 hex digits of the catalog's id in ASCII.
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
