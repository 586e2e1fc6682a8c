import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The text of `registry verify`: a line for every layer, a line for every finding, a verdict.
struct VerifyReportText {
  let report: VerifyReport
  let isVerbose: Bool

  init(_ report: VerifyReport, isVerbose: Bool) {
    self.report = report
    self.isVerbose = isVerbose
  }

  func print(to console: Console) {
    let name = SafeText(report.registry.description)
    console.print(
      "\(name)  snapshot \(report.snapshot.abbreviated)  version \(SafeText(report.version ?? "?"))"
    )
    for layer in VerifyReport.Layer.allCases {
      let findings = report.findings.filter { $0.layer == layer }
      let verdict = report.verdict(of: layer)
      console.print("  \(Self.padded(layer.rawValue))  \(verdict.styled)  \(report.proof(of: layer))")
      for finding in findings {
        let mark = finding.isFailure ? SafeText("✗").styled(.bad) : SafeText("!").styled(.warning)
        console.print("    \(mark) \(SafeText(finding.kind.words))")
      }
      if layer == .view {
        let withheld = WithheldText(report.withheld, of: report.registry, isVerbose: isVerbose)
        for line in withheld.lines(indent: 4) { console.print(line) }
      }
      if layer == .signatures {
        for line in report.otherNotes.lines(isVerbose: isVerbose) { console.print("    \(line)") }
      }
    }
    let conclusion: SafeText =
      report.isIntact
      ? "\(name): intact, as it was synced (\(report.trust == .verified ? "signed" : "unsigned"))"
      : "\(name): \(SafeText(report.advice))"
    console.print(conclusion)
  }

  private static func padded(_ word: String) -> String {
    word + String(repeating: " ", count: max(0, 10 - word.count))
  }
}

extension VerifyReport {
  /// What failed, and what helps: a repair fetches objects and writes the view, and leaves the lockfile alone.
  fileprivate var advice: String {
    let failures = findings.filter(\.isFailure)
    let isDamaged = failures.contains { $0.layer == .objects || $0.layer == .view }
    for case .lockfile(.disagrees(let found)) in failures.map(\.kind) where !isDamaged {
      // What is in use may be as it was synced, and the lockfile a colleague's; then it is what counts.
      let problem = ProvenanceProblem.disagrees(found)
      guard problem.isAboutOtherManifest else { continue }
      return "not what registry-lock.json names; " + Failure.hint(name: registry.description, problem)
    }
    for kind in failures.map(\.kind) {
      switch kind {
      case .unbelieved, .newestPutBack, .newestUnbelieved:
        // A repair would bring back what the refs name.
        return "NOT what was synced; mmdos registry sync \(registry) --approved puts it right"
      case .untrusted where isDamaged:
        // Nor is it to be brought back what today's keys or policy refuse.
        return "NOT what was synced, and what was is refused today, for the reason above"
      default: continue
      }
    }
    if isViewOfOtherPolicy, failures.allSatisfy({ $0.layer == .view }) {
      return
        "the policy changed since the view was written; mmdos registry sync \(registry) --approved writes it anew"
    }
    if isDamaged {
      return "NOT what was synced; mmdos registry verify \(registry) --repair restores it"
    }
    if failures.contains(where: { $0.layer == .hmac }) {
      return
        "registry-lock.json is not authenticated; mmdos registry lock --resign shows the entry, and --approved adopts it"
    }
    for case .lockfile(let problem) in failures.map(\.kind) {
      return "not what registry-lock.json names; " + Failure.hint(name: registry.description, problem)
    }
    // Repairing does not help where the data is whole and today's keys or policy refuse it.
    return "what was synced is whole, and is refused today, for the reason above"
  }

  /// What a layer's checks have shown.
  fileprivate enum Verdict: String {
    case ok, failed
    case notChecked = "not-checked"

    var styled: SafeText {
      switch self {
      case .ok: SafeText("ok").styled(.good)
      case .failed: SafeText("FAILED").styled(.bad)
      case .notChecked: "- "
      }
    }
  }

  fileprivate func verdict(of layer: Layer) -> Verdict {
    if findings.contains(where: { $0.layer == layer && $0.isFailure }) { return .failed }
    return layer == .hmac && !hasProjectKey ? .notChecked : .ok
  }

  /// The notes that the line about the signatures does not say.
  fileprivate var otherNotes: [TrustNote] {
    notes.filter { note in
      switch note {
      case .signed: false
      case .unsigned: trust == .verified
      default: true
      }
    }
  }

  private var signatureWords: String {
    let signed = notes.filter { if case .signed = $0 { true } else { false } }.lines(isVerbose: false)
    if let line = signed.first { return "\(line); judged by today's keys" }
    return trust == .verified ? "judged by today's keys" : "unsigned; judged by today's policy"
  }

  /// How a layer was verified.
  func proof(of layer: Layer) -> SafeText {
    switch layer {
    case .objects: "\(Quantity.count(objectCount, "object")) re-hashed"
    case .view: "\(Quantity.count(viewFileCount, "file")) and the manifest re-hashed, checksums.json compared"
    case .lockfile: "entry compared with the snapshot in use"
    case .hmac:
      hasProjectKey
        ? "the entry's codes checked with the project's key" : "not checked: the project has no key"
    case .signatures: SafeText(signatureWords)
    case .age:
      (generatedAt.map { "generated " + TimeText($0).line(isVerbose: false) + "; " } ?? "")
        + "against expires_at and max_manifest_age"
    }
  }

  /// The report as JSON, with the result of a repair.
  func json(repair: RepairReport?) -> JSONValue {
    .object(
      [
        ("registry", .string(registry.description)), ("intact", .boolean(isIntact)),
        ("snapshot", .string(snapshot.description)), ("version", .string(orNull: version)),
        ("trust", .string(orNull: trust?.rawValue)), ("objects", .number(objectCount)),
        ("view_files", .number(viewFileCount)),
        ("withheld", WithheldText(withheld, of: registry, isVerbose: true).json),
        ("project_key", .boolean(hasProjectKey)),
        ("notes", .array(notes.map { .string($0.words) })),
        (
          "layers",
          .array(
            Layer.allCases.map { layer in
              .object([
                ("layer", .string(layer.rawValue)), ("verdict", .string(verdict(of: layer).rawValue)),
              ])
            }
          )
        ),
        (
          "findings",
          .array(
            findings.map { finding in
              .object([
                ("layer", .string(finding.layer.rawValue)), ("kind", .string(finding.kind.word)),
                ("failure", .boolean(finding.isFailure)), ("object", .string(orNull: finding.kind.objectID)),
                ("path", .string(orNull: finding.kind.path)), ("message", .string(finding.kind.words)),
              ])
            }
          )
        ),
      ] + (repair.map { [("repair", $0.json)] } ?? [])
    )
  }
}

extension VerifyReport.Finding.Kind {
  /// A stable identifier for JSON output.
  var word: String {
    switch self {
    case .damagedObject: "damaged-object"
    case .missingObject: "missing-object"
    case .malformedObject: "malformed-object"
    case .view(.absent): "view-absent"
    case .view(.missing): "view-file-missing"
    case .view(.changed): "view-file-changed"
    case .view(.lineEnds): "view-file-line-ends"
    case .view(.wrongKind): "view-file-wrong-kind"
    case .view(.extra): "view-file-extra"
    case .viewOfOtherPolicy: "view-of-other-policy"
    case .lockfile(.missingEntry): "lockfile-entry-missing"
    case .lockfile(.disagrees): "lockfile-mismatch"
    case .lockfile(.refusedEntry): "lockfile-entry-refused"
    case .entryCode(.wrong): "forged-lock-entry"
    case .entryCode(.missing): "lock-entry-without-code"
    case .untrusted(let refusal): refusal.word
    case .unbelieved: "unbelieved"
    case .newestPutBack: "newest-put-back"
    case .newestUnbelieved: "newest-unbelieved"
    case .stale: "stale"
    case .equivocation: "equivocation"
    case .interrupted: "interrupted"
    }
  }

  /// The object that the finding concerns.
  var objectID: String? {
    switch self {
    case .damagedObject(let id, _, _), .missingObject(let id, _), .malformedObject(let id, _): id.description
    default: nil
    }
  }

  /// The file that the finding concerns.
  var path: String? {
    switch self {
    case .damagedObject(_, let paths, _), .missingObject(_, let paths): paths.first
    case .view(let finding): finding.path.isEmpty ? nil : finding.path
    default: nil
    }
  }

  /// The finding in one line; may contain text from outside.
  var words: String {
    switch self {
    case .damagedObject(let id, let paths, let error):
      "object \(id) is damaged\(Self.at(paths)): \(Self.why(error))"
    case .missingObject(let id, let paths): "object \(id) is missing\(Self.at(paths))"
    case .malformedObject(let id, let error): "object \(id): \(Failure(error).message)"
    case .view(.absent): "there is no view"
    case .view(.missing(let path)): "the view has no '\(path)'"
    case .view(.changed(let path)): "'\(path)' in the view is not what was synced"
    case .view(.lineEnds(let path)):
      "'\(path)' in the view has line ends CRLF where LF was synced; its text is the same"
    case .view(.wrongKind(let path)): "'\(path)' in the view is a link, of another kind, or executable"
    case .view(.extra(let path)): "'\(path)' in the view does not belong there"
    case .viewOfOtherPolicy(let coming, let leaving):
      "the view is what another policy takes: \(ViewOfOtherPolicy.words(coming, leaving))"
    case .lockfile(.missingEntry): "registry-lock.json has no entry"
    case .lockfile(.refusedEntry(let field, let value)):
      "the entry \(LockEntryNote.refusedWords(field, value))"
    case .lockfile(.disagrees(let found)): found.words
    case .entryCode(let problem): "the entry \(problem.words)"
    case .untrusted(let refusal): refusal.words
    case .unbelieved(let disbelief): "nothing shows that the snapshot in use was synced: \(disbelief.words)"
    case .newestPutBack(let disbelief):
      "the ref of the newest synced snapshot names an older one; sync again: \(disbelief.words)"
    case .newestUnbelieved(let disbelief):
      "nothing shows that the newest snapshot, which is not in use, was synced: \(disbelief.words)"
    case .stale(let refusal): "stale: \(refusal.words)"
    case .equivocation(let entry):
      "at \(entry.time) version \(entry.version) was offered with other content: manifests \(entry.known) and \(entry.offered)"
    case .interrupted: "interrupted, finished by the next write command"
    }
  }

  private static func at(_ paths: [String]) -> String {
    guard let first = paths.first else { return "" }
    return " ('\(first)'" + (paths.count > 1 ? " and \(paths.count - 1) more)" : ")")
  }

  private static func why(_ error: ObjectStoreError) -> String {
    if case .corrupt(_, _, let damage) = error { damage.words } else { Failure(error).message }
  }
}

/// A view that was written before the policy was changed.
enum ViewOfOtherPolicy {
  /// How it is going to change.
  static func words(_ coming: Int, _ leaving: Int) -> String {
    "\(Quantity.count(coming, "file")) to come, \(leaving) to go"
  }
}
