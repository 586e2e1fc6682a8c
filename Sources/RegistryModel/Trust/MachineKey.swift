/// The key of this machine's user, with which mmdos vouches for what it writes into a cache (DESIGN section 8a).
///
/// It never leaves the machine; its description reveals nothing.
package struct MachineKey: Sendable, CustomStringConvertible {
  /// The number of bytes, in memory and in the file.
  package static let byteCount = 32

  private let bytes: [UInt8]

  /// Nil unless there are 32 bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  private init(random: [UInt8]) { bytes = random }

  /// Generates a random key.
  package static func generate() -> Self { Self(random: SignatureCrypto.randomBytes(byteCount)) }

  /// The file's content: secret, so it may only be written to a file of mode 0600.
  package var fileContent: [UInt8] { bytes }

  /// What a voucher covers besides the hint.
  package struct Scope: Equatable, Sendable {
    /// The project's path, absolute and without links: what was copied elsewhere is vouched for no more.
    package let project: String
    /// The registry's name; empty for hints that are about the whole project.
    package let registry: String

    package init(project: String, registry: String) {
      (self.project, self.registry) = (project, registry)
    }
  }

  /// The voucher for a hint of some kind, such as `reflog`: an HMAC-SHA256, 32 bytes.
  package func voucher(for hint: [UInt8], as kind: String, in scope: Scope) -> [UInt8] {
    SignatureCrypto.hmac(Self.message(hint, kind, scope), key: bytes)
  }

  /// Whether a voucher was made with this key for these bytes, kind and scope; compared in constant time.
  package func isRight(_ voucher: [UInt8], for hint: [UInt8], as kind: String, in scope: Scope) -> Bool {
    SignatureCrypto.areEqual(voucher, self.voucher(for: hint, as: kind, in: scope))
  }

  /// Lines of kind, project and registry, then the hint as it is.
  private static func message(_ hint: [UInt8], _ kind: String, _ scope: Scope) -> [UInt8] {
    Array("mmdos-voucher 1\n\(kind)\n\(scope.project)\n\(scope.registry)\n".utf8) + hint
  }

  package var description: String { "machine key" }
}

/// Why the machine's key is not used; nothing is vouched for then.
package enum MachineKeyProblem: Error, Equatable, Sendable {
  /// The file does not have 32 bytes.
  case wrongSize(Int64)
  /// It is a link, a folder or a special file.
  case notAFile
  /// The file belongs to another user.
  case ownedByAnotherUser(UInt32)
  /// Group or others may read or write the file; the value is its permission bits.
  case accessibleToOthers(mode: UInt32)
  /// The folder belongs to another user, or others may write to it; the value is its permission bits.
  case folderOfOthers(owner: UInt32, mode: UInt32)
}
