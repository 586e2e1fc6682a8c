import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The text about the changes that a sync would make.
struct DryRunText {
  let report: DryRunReport

  init(_ report: DryRunReport) {
    self.report = report
  }

  /// Prints the text, or returns the JSON for the command's document.
  func print(in session: Session) -> JSONValue {
    let console = session.console
    guard !session.options.isJSON else { return json }
    for warning in report.warnings { console.warn(warning.words) }
    let head = lines(isVerbose: session.options.isVerbose).map { console.output.fitted($0) }
    session.page { output in
      for line in head { output.line(line) }
      if !report.comparisons.isEmpty { output.line() }
      var sections = CodeSections(for: output)
      for (difference, comparison) in zip(report.differences, report.comparisons)
      where !difference.path.isManifest {
        sections.append(difference, comparison, isCode: report.code.contains(difference.path))
      }
      output.write(sections.bytes.span.bytes)
    }
    return .null
  }

  private var isNew: Bool { report.manifest != report.current?.snapshot.manifest }

  private func lines(isVerbose: Bool) -> [SafeText] {
    let name = SafeText(report.registry.description)
    guard isNew else {
      return ["\(name): nothing new, version \(report.version) is in use", "  manifest \(report.manifest)"]
    }
    let counts = ChangeCounts(report.differences)
    let old = report.current.map { "version \($0.snapshot.version)" } ?? "nothing"
    var lines: [SafeText] = [
      "\(name): version \(report.version) would come, \(old) is in use",
      "  published  \(report.generatedAt) by \(report.publisher)",
      "  manifest   \(report.manifest)",
    ]
    lines += report.trust.notes.filter { !$0.isWarning }.lines(isVerbose: isVerbose).map {
      "  trust      \($0)"
    }
    lines += [
      "  files      " + counts.words + ", \(Quantity.count(report.missingCount, "file")) not here yet"
    ]
    // The manifest differs wherever something does, and says so by a hash.
    let differences = report.differences.filter { !$0.path.isManifest }
    lines += differences.filter { !report.code.contains($0.path) }.map { line($0) }
    let code = differences.filter { report.code.contains($0.path) }
    if !code.isEmpty { lines += ["  code, which mmdos never runs:"] + code.map { line($0) } }
    let withheld = WithheldText(report.withholding.files, of: report.registry, isVerbose: true)
    lines += withheld.lines(indent: 2)
    if !report.withholding.plugins.isEmpty { lines.append("  plugins that could not be installed:") }
    lines += report.withholding.plugins.map { "    " + $0.line }
    lines += PlacesText(report.places).lines
    if report.isPinned { lines.append("  pinned: a sync would fetch this and not switch to it") }
    return lines + ["Nothing was changed. To take just this:", "  \(SafeText(command))"]
  }

  private var command: String {
    ShellWord.line(
      ["mmdos", "registry", "sync", report.registry.description, "--approved"]
        + report.trust.usedOverrides.map(\.flag) + ["--expect", report.manifest.description]
    )
  }

  private func line(_ difference: FileDifference) -> SafeText {
    let sizes = [difference.old, difference.new].map { side in
      side.map { side in side.size.map { Quantity.bytes($0) } ?? "size unknown" }
    }
    let path = SafeText(difference.path.description)
    switch difference.kind {
    case .added: return "    + \(path)  \(sizes[1] ?? "")"
    case .removed: return "    - \(path)  \(sizes[0] ?? "")"
    case .changed: return "    ~ \(path)  \(sizes[0] ?? "") -> \(sizes[1] ?? "")"
    case .renamed: return "    > \(path)  from \(difference.old?.path.description ?? "")"
    }
  }

  private var json: JSONValue {
    let comparisons = report.comparisons
    let files = report.differences.enumerated().map { index, difference -> JSONValue in
      let json = difference.json(comparisons.isEmpty ? nil : comparisons[index], withText: true)
      guard case .object(let members) = json.content else { return json }
      return .object(members: members + [JSONMember("code", .boolean(report.code.contains(difference.path)))])
    }
    return .object([
      ("registry", .string(report.registry.description)), ("new", .boolean(isNew)),
      ("manifest", .string(report.manifest.description)), ("version", .string(report.version)),
      ("generated_at", .string(report.generatedAt)), ("publisher", .string(report.publisher)),
      ("current", .string(orNull: report.current?.id.description)),
      ("current_version", .string(orNull: report.current?.snapshot.version)),
      ("pinned", .boolean(report.isPinned)), ("trust", .string(report.trust.trust.rawValue)),
      ("signers", report.trust.signers.json), ("missing_files", .number(report.missingCount)),
      ("fetched_bytes", .number(report.fetchedBytes)), ("places", PlacesText(report.places).json),
      ("files", .array(files)),
      ("withheld", WithheldText(report.withholding.files, of: report.registry, isVerbose: true).json),
      ("refused_plugins", .array(report.withholding.plugins.map(\.json))),
      ("warnings", .array(report.warnings.map { .string($0.words) })),
    ])
  }
}

extension ChangeCounts {
  /// The counts as a part of a sentence.
  var words: SafeText { "\(added) added, \(changed) changed, \(removed) removed" }
}
