import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

extension TrustRefusal {
  /// What the user can do; `command` is what was refused, to be run again if the publisher meant it.
  func hint(name: String, command: String) -> String? {
    switch self {
    case .notCounting(let ignored, _):
      // Never a flag or a setting that would take it in spite of that.
      return ignored.min { $0.urgency < $1.urgency }?.hint(name: name)
    case .badSignature: return "the manifest was changed after it was signed; " + askPublisher
    case .signatureStripped, .signerChanged, .rollback, .fromTheFuture:
      let flag = override.map { " \($0.flag)" } ?? ""
      let ask = "ask the publisher; if it is meant so: \(command)\(flag) --approved"
      if case .fromTheFuture = self { return "check this machine's clock; if it is right, " + ask }
      return ask
    case .thresholdNotMet:
      return "signature_threshold in \(policyFile), or more of the publisher's keys in the trust store"
    case .otherRegistry: return "the address serves another registry now; add that under a name of its own"
    case .sameVersionOtherContent:
      return "the publisher must not change a version; both manifests are kept as evidence"
    case .notAsPublished:
      return "someone wrote into the cache; mmdos registry sync \(name) --approved puts it right"
    case .expired, .tooOld:
      return
        "check this machine's clock; if it is right, ask the publisher for a fresh manifest, which a mirror may withhold"
    case .unsigned(let setting):
      // Nothing is signed, so this setting is all that stands in the way.
      return "ask the publisher to sign it; \(setting.rawValue): true in \(policyFile) takes it unsigned"
    case .signatureRequired(let bySource):
      return bySource
        ? "signature_required of its entry in .ai/registries/sources.yaml"
        : "require_signature in \(policyFile)"
    case .trustedPublisherRequired: return "require_trusted_publisher in \(policyFile)"
    case .tooYoung: return "wait, or change min_release_age in \(policyFile)"
    }
  }
}

extension Failure {
  /// What to do where the lockfile does not vouch for what is in use.
  static func hint(name: String, _ problem: ProvenanceProblem) -> String {
    let sync = "mmdos registry sync \(name)"
    switch problem {
    case .missingEntry, .refusedEntry: return "\(sync) --approved"
    case .disagrees where problem.isAboutOtherManifest:
      return "\(sync) --locked --approved puts in use what it names, \(sync) --approved what is newest"
    case .disagrees:
      return "look at what changed in registry-lock.json; \(sync) --approved writes its entry anew"
    }
  }
}

extension Failure {
  /// A refusal that a setting of the policy decides about; the hint names it.
  init(_ kind: String, _ message: String, by setting: String) {
    self.init(ExitCodes.policy, kind, message, hint: "\(setting) in \(policyFile)")
  }
}

let policyFile = ".ai/policies/registry-policy.yaml"

/// What to do about a registry that is not as it was published.
let askPublisher = "nothing changed; tell the publisher"

extension FilePath {
  /// The path as it stands in messages.
  var quoted: String { "'\(self)'" }
}

extension ObjectStoreError.Damage {
  /// What is wrong with an object's bytes.
  var words: String {
    switch self {
    case .encoding(.notZlib): "not a zlib stream, or its checksum is wrong"
    case .encoding(.truncated): "it is cut off"
    case .encoding(.trailingBytes): "something follows it"
    case .encoding(.tooLarge(let limit)): "it unpacks to more than \(limit) bytes"
    case .wrongHash(let found): "its content hashes to \(found)"
    case .wrongSize(let expected, let found): "\(found) bytes instead of \(expected)"
    case .wrongKind: "a link or special file stands in its place"
    }
  }
}

extension ObjectStoreError.Malformation {
  /// What is wrong with a tree or snapshot.
  var words: String {
    switch self {
    case .missingHeader: "its header is missing"
    case .missingFinalNewline: "its last line has no end"
    case .badLine(let line): "line \(line) is not canonical"
    case .unsortedName(let line): "the name in line \(line) is out of order"
    case .badName(let line): "the name in line \(line) is not legal"
    case .wrongTotal(let folder, let stated, let found): "'\(folder)' states \(stated) bytes and has \(found)"
    case .tooDeep: "it is too deep"
    case .tooLarge(let limit): "it is larger than \(limit) bytes"
    case .tooManyEntries(let limit): "it leads to more than \(limit) names"
    }
  }
}

extension LockedProblem {
  /// Why the lockfile's state cannot be put in use.
  var words: String {
    switch self {
    case .missingEntry: "registry-lock.json has no entry"
    case .refusedEntry(let field, let value): "its entry \(LockEntryNote.refusedWords(field, value))"
    case .disagrees(let found): found.words
    case .otherURL(let url): "its entry is about '\(url)', not what sources.yaml names"
    case .otherManifest(let locked, let found):
      "the publisher serves manifest \(found), and the locked \(locked) is not held here"
    case .filesGone(let paths): Self.words(forGone: paths)
    case .pinned(let locked, let found):
      "it is pinned to manifest \(locked), which is not in use here; the publisher serves \(found)"
    }
  }

  private static func words(forGone paths: [ManifestPath]) -> String {
    let names = paths.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
    return "the publisher no longer offers \(names)\(more) as that release had them"
  }
}
