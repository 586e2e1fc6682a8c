/// Why the project's key is refused.
package enum ProjectKeyProblem: Error, Equatable, Sendable {
  /// The file is not 64 lower-case hex digits and a newline.
  case malformed
  /// The file that the user named is not there.
  case absent
  /// Group or others may read or write the file; the value is its permission bits.
  case accessibleToOthers(mode: UInt32)
  /// The file belongs to another user, who can always read it.
  case ownedByAnotherUser(UInt32)
}

/// The project's HMAC key, 32 bytes (INTEROP "registry-signing-key"); its description reveals nothing.
package struct ProjectKey: Sendable, CustomStringConvertible {
  /// The number of hex digits in the file, which ends with a newline.
  package static let digitCount = 64
  /// Differs from everything else that is authenticated: canonical payloads begin with a brace, catalog ids have 64
  /// digits.
  private static let fingerprintText = "mmdos project key"

  private let bytes: [UInt8]

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Generates a random key.
  package static func generate() -> Self {
    Self(bytes: SignatureCrypto.randomBytes(SignatureCrypto.hmacByteCount))
  }

  /// Parses the file's content; only the final newline may be missing.
  ///
  /// - Throws: `ProjectKeyProblem.malformed`.
  package init(parsing file: [UInt8]) throws(ProjectKeyProblem) {
    let digits = file.last == UInt8(ascii: "\n") ? Array(file.dropLast()) : file
    guard digits.count == Self.digitCount, let bytes = LowerHex.decode(digits) else { throw .malformed }
    self.bytes = bytes
  }

  /// The file's content: secret, so it may only be written to a file of mode 0600.
  package var fileContent: [UInt8] { Array((LowerHex.encode(bytes) + "\n").utf8) }

  /// Identifies this key in lockfiles and snapshots without revealing it.
  ///
  /// There is no public key to hash, so it is an HMAC of a fixed text that is used for nothing else.
  package var fingerprint: KeyFingerprint { KeyFingerprint(bytes: authenticate(Self.fingerprintText)) }

  /// The HMAC-SHA256 of a message; 32 bytes.
  package func authenticate(_ message: [UInt8]) -> [UInt8] { SignatureCrypto.hmac(message, key: bytes) }

  /// The HMAC-SHA256 of a text in UTF-8; 32 bytes.
  package func authenticate(_ text: String) -> [UInt8] { authenticate(Array(text.utf8)) }

  /// Whether a code is the HMAC-SHA256 of a message, compared in constant time.
  package func isValid(_ code: [UInt8], over message: [UInt8]) -> Bool {
    SignatureCrypto.areEqual(code, authenticate(message))
  }

  /// A constant, so that printing the value never reveals the key.
  package var description: String { "project key" }
}
