package import ObjectStore
import SystemPackage

/// Why the project's key is not used.
package enum ProjectKeyProblem: Error, Equatable, Sendable {
  /// The file is not 64 lower-case hex digits and a newline.
  case malformed
  /// Group or others may read or write the file; its permission bits.
  case accessibleToOthers(mode: UInt32)
  /// The file belongs to another user, who can read it whatever its mode says.
  case ownedByAnotherUser(UInt32)
  /// The file could not be read, or is no regular file.
  case disk(DiskError)

  /// What is wrong, in words that follow the file: lower case, no full stop, safe to print.
  package var summary: String {
    switch self {
    case .malformed: "the key is not 64 lower-case hexadecimal digits and a newline"
    case .accessibleToOthers(let mode):
      "others can access the key (mode \(String(mode, radix: 8))), it must have mode 600"
    case .ownedByAnotherUser(let owner): "the key belongs to another user (\(owner))"
    case .disk(let error): "the key cannot be read: \(error)"
    }
  }
}

/// The project's own HMAC key, 32 bytes (INTEROP "registry-signing-key"); its description says nothing.
package struct ProjectKey: Sendable, CustomStringConvertible {
  private static let digitCount = 64
  /// No canonical payload (they begin with a brace) and no catalog's id (64 digits) is this text.
  private static let fingerprintText = "mmdos project key"

  private let bytes: [UInt8]

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Makes a new key of random bytes.
  package static func generate() -> Self {
    Self(bytes: SignatureCrypto.randomBytes(SignatureCrypto.hmacByteCount))
  }

  /// Reads the file's content; only the final newline may be missing.
  ///
  /// - Throws: `ProjectKeyProblem.malformed`.
  package init(parsing file: [UInt8]) throws(ProjectKeyProblem) {
    let digits = file.last == UInt8(ascii: "\n") ? Array(file.dropLast()) : file
    guard digits.count == Self.digitCount, let bytes = LowerHex.decode(digits) else { throw .malformed }
    self.bytes = bytes
  }

  /// Reads the key of a project, or returns nil when there is none.
  ///
  /// What is checked is the file that was opened, not the name: no exchange in between can matter.
  ///
  /// - Throws: `ProjectKeyProblem`; a key that others can read is refused, not used with a warning.
  package static func find(
    _ name: FileName,
    in folder: Folder
  ) throws(ProjectKeyProblem) -> ProjectKey? {
    let content: [UInt8]
    do {
      guard let file = try folder.findFile(name) else { return nil }
      if let problem = problem(of: file.attributes) { throw problem }
      // One byte more than it may have, so that a longer file is malformed and not a failing disk.
      guard file.attributes.size <= digitCount + 1 else { throw ProjectKeyProblem.malformed }
      content = try file.readAll(limit: digitCount + 1)
    } catch let error as DiskError {
      throw .disk(error)
    } catch let error as ProjectKeyProblem {
      throw error
    } catch {
      throw .malformed
    }
    return try ProjectKey(parsing: content)
  }

  private static func problem(of file: FileAttributes) -> ProjectKeyProblem? {
    guard file.owner == CurrentUser.id else { return .ownedByAnotherUser(file.owner) }
    return file.mode & 0o077 == 0 ? nil : .accessibleToOthers(mode: file.mode)
  }

  /// The file's content: a secret, for a file of mode 0600 and nothing else.
  package var fileContent: [UInt8] { Array((LowerHex.encode(bytes) + "\n").utf8) }

  /// What tells this key from another in lockfiles and snapshots, without saying anything about it.
  ///
  /// There is no public half to hash, so it is an HMAC over a fixed text that nothing else is.
  package var fingerprint: KeyFingerprint { KeyFingerprint(bytes: authenticate(Self.fingerprintText)) }

  /// The HMAC-SHA256 of a message; 32 bytes.
  package func authenticate(_ message: [UInt8]) -> [UInt8] { SignatureCrypto.hmac(message, key: bytes) }

  /// The HMAC-SHA256 of a text in UTF-8; 32 bytes.
  package func authenticate(_ text: String) -> [UInt8] { authenticate(Array(text.utf8)) }

  /// Whether a code is the HMAC-SHA256 of a message; compared in constant time.
  package func isValid(_ code: [UInt8], over message: [UInt8]) -> Bool {
    SignatureCrypto.areEqual(code, authenticate(message))
  }

  /// Nothing of the key: it must not get into a log by being printed.
  package var description: String { "project key" }
}
