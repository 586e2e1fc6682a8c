import Formats
import RegistryModel
import RegistrySync

extension TrustedKey {
  /// The key as names and values, for printing.
  var rows: [(String, String)] {
    [
      ("key id", keyID), ("name", name), ("algorithm", algorithm.rawValue),
      ("fingerprint", fingerprint.description), ("public key", publicKey.base64),
      ("scopes", scopesText), ("status", status.rawValue), ("added", addedAt?.description ?? "-"),
      ("address", remoteSourceURL ?? "-"),
    ]
  }

  /// The scopes in one cell.
  var scopesText: String { scopes.isEmpty ? "none" : scopes.map(\.rawValue).joined(separator: ", ") }

  var json: JSONValue {
    .object([
      ("key_id", .string(keyID)), ("name", .string(name)), ("algorithm", .string(algorithm.rawValue)),
      ("fingerprint", .string(fingerprint.description)), ("public_key", .string(publicKey.base64)),
      ("scopes", .array(scopes.map { .string($0.rawValue) })), ("status", .string(status.rawValue)),
      ("added_at", .string(orNull: addedAt?.description)),
      ("remote_source_url", .string(orNull: remoteSourceURL)),
    ])
  }

  /// Whether the key's signatures count now.
  var isUsable: Bool { status == .active && isInScope }
}

extension GlobalOptions {
  /// The `--target` option as typed, for the next command that is suggested.
  var targetWords: [String] { target.map { ["--target", $0] } ?? [] }
}

extension Session {
  /// The trust store of the command's project.
  func trustStore() throws -> (project: Project, policy: Policy, editing: TrustStoreEditing) {
    let project = try project()
    let policy = try project.readPolicy()
    return (project, policy, try TrustStoreEditing(project, policy: policy, lockTimeout: options.lockTimeout))
  }
}
