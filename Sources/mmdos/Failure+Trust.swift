import Formats
import RegistryModel
import RegistrySync
import SystemPackage

// The words for keys and the trust store.
extension Failure {
  init(trustStore problem: TrustStoreProblem) {
    let ask = "nothing changed; ask the publisher"
    switch problem {
    case .unknownKey(let keyID, let known):
      self.init(
        ExitCodes.absent,
        "unknown-key",
        "the trust store has no key '\(keyID)'",
        hint: known.isEmpty
          ? "mmdos registry trust add KEY_ID --help" : "known are: \(known.joined(separator: ", "))"
      )
    case .keyIDTaken(let keyID, let fingerprint): self.init(keyIDTaken: keyID, by: fingerprint)
    case .keyTaken(let fingerprint, let keyID): self.init(keyTaken: fingerprint, by: keyID)
    case .badKeyID(let keyID):
      self.init(
        ExitCodes.usage,
        "invalid-key-id",
        "'\(keyID)' cannot name a key: it is not 1 to 128 letters, digits, '_' and '-'"
      )
    case .badKey(let source, let problem): self.init(badKey: problem, in: source)
    case .notAKey(let source, let problem): self.init(notAKey: problem, in: source)
    case .notInDocument(let source, let keyID):
      self.init(ExitCodes.absent, "unknown-key", "\(source) has no key '\(keyID)'", hint: ask)
    case .withdrawnInDocument(let source, let keyID, let status):
      self.init(
        ExitCodes.integrity,
        "withdrawn-key",
        "\(source) calls the key '\(keyID)' \(status.rawValue)",
        hint: ask
      )
    case .wrongFingerprint(let expected, let found):
      self.init(
        ExitCodes.integrity,
        "wrong-fingerprint",
        "the key has the fingerprint \(found), not \(expected)",
        hint: ask
      )
    case .changedMeanwhile(let keyID):
      self.init(ExitCodes.busy, "busy", "the key '\(keyID)' was changed meanwhile", hint: "try again")
    }
  }

  private init(keyIDTaken keyID: String, by fingerprint: KeyFingerprint) {
    self.init(
      ExitCodes.failure,
      "key-exists",
      "the trust store has a key '\(keyID)' already, with the fingerprint \(fingerprint)",
      hint: "a key is never replaced by adding; mmdos registry trust show \(keyID)"
    )
  }

  private init(keyTaken fingerprint: KeyFingerprint, by keyID: String) {
    self.init(
      ExitCodes.failure,
      "key-exists",
      "the trust store has the key with the fingerprint \(fingerprint) already, as '\(keyID)'",
      hint: "mmdos registry trust show \(keyID)"
    )
  }

  private init(badKey problem: KeyProblem, in source: String) {
    self.init(
      ExitCodes.failure,
      "invalid-key",
      "\(source): \(problem.words)",
      hint: "what openssl pkey -pubout writes, or its base64 on one line"
    )
  }

  private init(notAKey problem: TextProblem, in source: String) {
    let place = problem.position.map { ":\($0)" } ?? ""
    self.init(
      ExitCodes.failure,
      "invalid-key",
      "\(source)\(place): neither a key nor a trust store: \(problem.words)"
    )
  }

  init(keyFile path: FilePath, _ problem: KeyFileProblem) {
    switch problem {
    case .accessibleToOthers(let mode):
      self.init(
        ExitCodes.policy,
        "unsafe-key-file",
        "\(path.quoted) is not used: others can access it (mode \(String(mode, radix: 8)))",
        hint: "chmod 600 \(ShellWord.quote(path.string)), and think about who may have read it"
      )
    case .ownedByAnotherUser(let owner):
      self.init(
        ExitCodes.policy,
        "unsafe-key-file",
        "\(path.quoted) is not used: it belongs to another user (\(owner))"
      )
    case .key(let problem):
      self.init(
        ExitCodes.failure,
        "invalid-key",
        "\(path.quoted): \(problem.words)",
        hint: "mmdos registry keygen --publisher --out PREFIX"
      )
    case .exists:
      self.init(
        ExitCodes.failure,
        "key-exists",
        "\(path.quoted) is there already",
        hint: "--force overwrites it, and the old key is gone for good"
      )
    }
  }
}
