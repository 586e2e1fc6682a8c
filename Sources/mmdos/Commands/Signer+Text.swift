import Formats
import ObjectStore
import RegistrySync

extension Signer {
  /// The members of the signer's JSON object.
  private var members: [(String, JSONValue)] {
    [
      ("algorithm", .string(algorithm)), ("key_id", .string(keyID)), ("fingerprint", .string(fingerprint)),
    ]
  }

  var json: JSONValue { .object(members) }

  /// The signer with its state in the trust store.
  func json(_ state: TrustCheck.State) -> JSONValue {
    .object(members + [("state", .string(state.words))])
  }
}

extension [Signer] {
  /// The id, algorithm and fingerprint of each key, safe to print.
  var words: String {
    map { "\($0.keyID.quotedForMessage) (\($0.algorithm) \($0.fingerprint))" }.joined(separator: ", ")
  }

  /// The id and the beginning of the fingerprint of each key, safe to print.
  var shortWords: String {
    map { "\($0.keyID.quotedForMessage) (\($0.fingerprint.prefix(12))…)" }.joined(separator: ", ")
  }

  var json: JSONValue { .array(map(\.json)) }
}
