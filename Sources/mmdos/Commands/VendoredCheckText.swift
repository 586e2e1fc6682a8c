import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

/// `registry verify --dir`: checks a vendored folder and prints the result.
struct VendoredCheckText {
  private let dir: String
  private let session: Session
  private let report: VendoredCheck.Report

  /// Checks the folder with the keys and policy of the current project, if any.
  init(_ path: FilePath, _ dir: String, in session: Session) throws {
    self.dir = dir
    self.session = session
    let project: Project?
    do { project = try session.project() } catch ProjectError.noProject { project = nil }
    report = try VendoredCheck(path, by: project).run()
  }

  /// Prints the result and returns the exit code.
  func run() -> Int32 {
    if session.options.isJSON {
      session.console.print(json)
    } else {
      for line in lines { session.console.print(line) }
    }
    return report.isIntact ? ExitCodes.done : ExitCodes.integrity
  }

  private var findings: [(layer: String, message: String)] {
    report.files.map { ("files", VerifyReport.Finding.Kind.view($0).words) }
      + report.mismatches.map { ("lock", "mmdos-lock.json is not about the files: \($0.words)") }
      + (report.forgedCodes ?? []).map {
        ("hmac", "'\($0)' in mmdos-lock.json was not made with the project's key")
      } + (report.refusal.map { [("signatures", $0.words)] } ?? [])
  }

  private var lines: [SafeText] {
    let entry = report.entry
    let version = entry.version.map(\.description) ?? "?"
    let name = SafeText(entry.name.description)
    let signatures: SafeText =
      !report.isJudged
      ? "not judged, no project here"
      : entry.signatureStatus == .verified ? "judged by today's keys" : "unsigned; judged by today's policy"
    var lines: [SafeText] = [
      "\(name)  \(SafeText(dir))  version \(SafeText(version))",
      "  files       \(Quantity.count(report.fileCount, "file")) hashed, checksums.json compared",
      "  hmac        \(report.forgedCodes == nil ? "not checked, no key" : "checked with the project's key")",
      "  signatures  \(signatures)",
    ]
    for finding in findings {
      lines.append("    \(SafeText("✗").styled(.bad)) \(finding.layer): \(SafeText(finding.message))")
    }
    if let remedy { lines.append("    \(SafeText(remedy))") }
    lines.append(report.isIntact ? "\(name): intact, as it was exported" : "\(name): NOT what was exported")
    return lines
  }

  /// What helps where git converted line ends at the checkout.
  private var remedy: String? {
    let isConverted = report.files.contains { if case .lineEnds = $0 { true } else { false } }
    guard isConverted else { return nil }
    let file = ShellWord.quote(dir.hasSuffix("/") ? dir + ".gitattributes" : dir + "/.gitattributes")
    return
      "git converted line ends (core.autocrlf): put '* -text' into \(file) and commit it, then delete the other "
      + "files of the folder and run git checkout -- \(ShellWord.quote(dir)); export --dir writes that file by itself"
  }

  private var json: JSONValue {
    let entry = report.entry
    return .object([
      ("registry", .string(entry.name.description)), ("path", .string(dir)),
      ("intact", .boolean(report.isIntact)), ("version", .string(orNull: entry.version?.description)),
      ("manifest", .string(entry.manifest.description)), ("files", .number(report.fileCount)),
      ("judged", .boolean(report.isJudged)), ("project_key", .boolean(report.forgedCodes != nil)),
      ("hint", .string(orNull: remedy)),
      (
        "findings",
        .array(
          findings.map { .object([("layer", .string($0.layer)), ("message", .string($0.message))]) }
        )
      ),
    ])
  }
}
