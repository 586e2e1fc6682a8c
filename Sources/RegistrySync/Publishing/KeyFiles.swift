package import Disk
import ObjectStore
package import RegistryModel
package import SystemPackage

/// Files with keys that the user names: a publisher's key pair, and documents that contain a public key.
package struct KeyFiles: Sendable {
  private let disk: any Disk

  package init(disk: any Disk) {
    self.disk = disk
  }

  /// The paths of a key pair.
  package struct Pair: Sendable {
    /// PKCS#8 in PEM, mode 0600.
    package let privateKey: FilePath
    /// SPKI in PEM.
    package let publicKey: FilePath
  }

  /// Writes `PREFIX.key` and `PREFIX.pub`.
  ///
  /// - Throws: `ProjectError.keyFile` with `exists`, unless `overwrites`, before anything is written; `DiskError`, after
  ///   which the private key may have been written.
  package func write(
    _ key: Ed25519PrivateKey,
    prefix: FilePath,
    overwrites: Bool
  ) throws -> Pair {
    let (folder, stem) = try Self.open(prefix)
    let privateName = StoreLayout.component(stem.string + ".key")
    let publicName = StoreLayout.component(stem.string + ".pub")
    let pair = Pair(
      privateKey: folder.path.appending(privateName),
      publicKey: folder.path.appending(publicName)
    )
    for (name, path) in [(privateName, pair.privateKey), (publicName, pair.publicKey)] where !overwrites {
      let found = try folder.findAttributes(name)
      if found != nil { throw ProjectError.keyFile(path, .exists) }
    }
    let writer = AtomicFile(disk: disk)
    try writer.replace(privateName, in: folder, with: Array(key.pem.utf8), mode: 0o600)
    try writer.replace(publicName, in: folder, with: Array(key.publicKey.pem.utf8))
    return pair
  }

  /// Reads a private key.
  ///
  /// Owner and mode are checked on the opened file, so that it cannot be exchanged after the check.
  ///
  /// - Throws: `ProjectError.keyFile` for a key that others can access or that does not parse; `DiskError`.
  package static func readPrivateKey(_ path: FilePath) throws -> Ed25519PrivateKey {
    let (folder, name) = try open(path)
    guard let file = try folder.findFile(name) else { throw DiskError(.open, path, .noSuchFileOrDirectory) }
    let (attributes, bytes) = (file.attributes, try file.readAll(limit: Limits.maxPrivateKeyBytes))
    guard attributes.owner == CurrentUser.id else {
      throw ProjectError.keyFile(path, .ownedByAnotherUser(attributes.owner))
    }
    guard attributes.mode & 0o077 == 0 else {
      throw ProjectError.keyFile(path, .accessibleToOthers(mode: attributes.mode & 0o777))
    }
    do { return try Ed25519PrivateKey(pem: String(decoding: bytes, as: UTF8.self)) } catch {
      throw ProjectError.keyFile(path, .key(error))
    }
  }

  /// Reads a document that may contain a public key, at most `Limits.maxKeyDocumentBytes`.
  ///
  /// - Throws: `DiskError`.
  package static func readDocument(_ path: FilePath) throws -> [UInt8] {
    let (folder, name) = try open(path)
    guard let bytes = try folder.findBytes(name, limit: Limits.maxKeyDocumentBytes) else {
      throw DiskError(.open, path, .noSuchFileOrDirectory)
    }
    return bytes
  }

  private static func open(_ path: FilePath) throws -> (Folder, FileName) {
    guard let name = path.lastComponent.flatMap({ FileName($0.string) }), name.isPlain else {
      throw DiskError(.open, path, .isDirectory)
    }
    let folder = path.removingLastComponent()
    return (try Folder.open(folder.isEmpty ? FilePath(".") : folder), name)
  }
}
