import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// A checkout in words, done or only previewed.
struct CheckoutText {
  let report: RegistryCheckout.Report

  init(_ report: RegistryCheckout.Report) {
    self.report = report
  }

  private var snapshot: Snapshot { report.target.snapshot }
  private var isSwitch: Bool { report.previous != report.target.id }

  /// What would be done, a line each.
  var preview: [SafeText] {
    let name = SafeText(report.registry.description)
    var lines: [SafeText] = [
      "would put \(name) at version \(snapshot.version), snapshot \(report.target.id.abbreviated)"
        + (report.isPinned ? ", and pin it" : ", not pinned")
    ]
    lines += details
    if isSwitch { lines.append("  write  .ai/registry-cache/ (the ref, its log, and the view \(name)/)") }
    return lines + ["  write  .ai/registry-lock.json (its entry)"]
  }

  /// What was done, a line each.
  var result: [SafeText] {
    let name = SafeText(report.registry.description)
    let verb = isSwitch ? "now at" : "still at"
    let pin: SafeText =
      switch (report.wasPinned, report.isPinned) {
      case (_, true): ", pinned"
      case (true, false): ", no longer pinned"
      case (false, false): ""
      }
    return [
      "\(name): \(verb) version \(snapshot.version), snapshot \(report.target.id.abbreviated)" + pin
    ] + details
  }

  private var details: [SafeText] {
    let counts = ChangeCounts(report.changes)
    var lines: [SafeText] = []
    if isSwitch {
      lines.append("  \(counts.added) added, \(counts.changed) changed, \(counts.removed) removed")
    }
    lines += report.trust.notes.filter { !$0.isWarning }.compactMap { note in
      // What the registry's keys are was pinned when it was synced.
      if case .firstPin = note { nil } else { "  \(note.summary)" }
    }
    return lines
  }

  /// The same for programs.
  var json: [(String, JSONValue)] {
    [
      ("registry", .string(report.registry.description)),
      ("snapshot", .string(report.target.id.description)),
      ("previous", .string(orNull: report.previous?.description)), ("version", .string(snapshot.version)),
      ("manifest", .string(snapshot.manifest.description)), ("pinned", .boolean(report.isPinned)),
      ("was_pinned", .boolean(report.wasPinned)), ("files", ChangeCounts(report.changes).json),
      ("trust", .string(report.trust.trust.rawValue)),
    ]
  }

  /// Prints what was done, with warnings.
  func print(in session: Session) {
    // Today's keys are what counts; that no signature does is worth a word only if it once did.
    let warnings =
      report.warnings.map(\.words) + report.trust.notes.filter(\.isWarning).map(\.summary)
    if session.options.isJSON {
      session.console.print(.object(json + [("warnings", .array(warnings.map { .string($0) }))]))
    } else {
      for line in result { session.console.print(line) }
      for warning in warnings { session.console.warn(warning) }
    }
  }
}
