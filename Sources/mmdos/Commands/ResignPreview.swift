import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// What `registry lock --resign` would adopt: every entry with its content, so that it can be reviewed first.
struct ResignPreview {
  private let records: ProjectRecords

  /// - Throws: `ProjectError.noProjectKey` when there is nothing to sign with.
  init(_ records: ProjectRecords) throws {
    guard records.key != nil else { throw ProjectError.noProjectKey }
    self.records = records
  }

  /// Whether an entry lacks the codes of the key that is here.
  var isNeeded: Bool { records.lockfile.entries.contains { !$0.codeProblems(with: records.key).isEmpty } }

  var preview: Preview {
    let entries = records.lockfile.entries
    return Preview(
      command: "mmdos registry lock --resign --approved",
      lines: [
        "would write the codes of \(Quantity.count(entries.count, "entry", "entries")) in .ai/registry-lock.json anew:"
      ] + entries.flatMap(lines),
      json: [("resign", .array(entries.map(json)))]
    )
  }

  private func lines(_ entry: LockEntry) -> [SafeText] {
    let rows = rows(entry).map { name, value in
      SafeText("    " + name + String(repeating: " ", count: max(1, 12 - name.count)) + value)
    }
    return [SafeText("  \(entry.name): \(state(entry))")] + rows
  }

  private func rows(_ entry: LockEntry) -> [(String, String)] {
    [
      ("url", entry.url), ("version", entry.version?.description ?? "-"),
      ("generated", entry.generatedAt?.description ?? "-"), ("registry", entry.registryName ?? "-"),
      ("manifest", entry.manifest.description), ("catalog", entry.catalog.description),
      ("tree", entry.tree?.description ?? "-"), ("trust", entry.trustVerdict.rawValue),
      ("signers", signers(entry)),
      ("highest", entry.highest.map { "\($0.version), \($0.generatedAt)" } ?? "-"),
      ("pinned", entry.isPinned ? "yes" : "no"),
    ]
  }

  private func signers(_ entry: LockEntry) -> String {
    guard let signers = entry.signers, !signers.isEmpty else { return "none" }
    return signers.map { "\($0.keyID) (\($0.fingerprint))" }.joined(separator: ", ")
  }

  private func state(_ entry: LockEntry) -> String {
    let problem = entry.codeProblems(with: records.key).first
    return (problem.map { "the entry \($0.words)" } ?? "its codes are right")
      + (entry.isOfNodeTool ? "; it \(LockEntryNote.nodeToolWords)" : "")
  }

  private func json(_ entry: LockEntry) -> JSONValue {
    .object(
      [
        ("registry", .string(entry.name.description)),
        ("code", .string(orNull: entry.codeProblems(with: records.key).first?.field)),
      ] + rows(entry).map { ($0.0, .string($0.1)) }
    )
  }
}
