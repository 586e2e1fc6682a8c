import Formats
import RegistryModel

extension KeyProblem {
  /// What is wrong, worded to follow the key: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .notBase64: "the key is not standard base64 on one line"
    case .notEd25519: "the key is not an Ed25519 key as openssl writes it"
    case .notCanonical: "the key's point is not in its canonical encoding"
    case .smallOrder: "the key's point has a small order, anyone could sign for it"
    case .wrongLabel(let expected, let found):
      found.map { "the text is a \($0.quotedForMessage), not a \(expected.quotedForMessage)" }
        ?? "the text does not begin with '-----BEGIN \(expected)-----'"
    case .encrypted: "the key is protected by a passphrase, which is not supported"
    case .malformedPEM: "the text is not one PEM block as openssl writes it"
    }
  }
}

extension ProjectKeyProblem {
  /// What is wrong, worded to follow the file: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .absent: "there is no such file"
    case .malformed: "the key is not 64 lower-case hexadecimal digits and a newline"
    case .accessibleToOthers(let mode):
      "others can access the key (mode \(String(mode, radix: 8))), it must have mode 600"
    case .ownedByAnotherUser(let owner): "the key belongs to another user (\(owner))"
    }
  }
}
