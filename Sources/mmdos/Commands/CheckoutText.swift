import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The text about a checkout or its preview.
struct CheckoutText {
  let report: RegistryCheckout.Report
  let isVerbose: Bool

  init(_ report: RegistryCheckout.Report, isVerbose: Bool) {
    (self.report, self.isVerbose) = (report, isVerbose)
  }

  private var snapshot: Snapshot { report.target.snapshot }
  private var isSwitch: Bool { report.previous != report.target.id }

  /// What would be done, one line each.
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

  /// What was done, one line each.
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
    // The pin was set when the snapshot was synced, so that note is not new.
    let notes = report.trust.notes.filter { note in
      if case .firstPin = note { false } else { !note.isWarning }
    }
    return lines + notes.lines(isVerbose: isVerbose).map { "  \($0)" }
  }

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
    // Signatures are judged with the current keys; a missing one is only reported if the snapshot was signed.
    let warnings =
      report.warnings.map(\.words) + report.trust.notes.filter(\.isWarning).map(\.words)
    if session.options.isJSON {
      session.console.print(.object(json + [("warnings", .array(warnings.map { .string($0) }))]))
    } else {
      for line in result { session.console.print(line) }
      for warning in warnings { session.console.warn(warning) }
    }
  }
}
