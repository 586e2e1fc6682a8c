import Formats
import ObjectStore

@testable import Audit

extension FuzzEntry {
  static let audit: [FuzzEntry] = [
    ("audit-markdown", "a.md"), ("audit-yaml", "a.yaml"), ("audit-json", "a.json"), ("audit-shell", "a.sh"),
    ("audit-program", "a.py"), ("audit-catalog", "catalog.yaml"),
  ]
  .map { name, path in
    FuzzEntry(name) { bytes in
      let file = AuditFile(path: path, object: ObjectID(hashing: []))
      var whole = AuditScanner(file)
      whole.append(bytes.span.bytes)
      var pieces = AuditScanner(file)
      for start in stride(from: 0, to: bytes.count, by: 5) {
        let piece = Array(bytes[start..<min(start + 5, bytes.count)])
        pieces.append(piece.span.bytes)
      }
      if UTF8Check.firstInvalidOffset(in: bytes) == nil, bytes.count < 1 << 12, isSparedWithFinding(bytes) {
        return "a text with a finding is not read as commands"
      }
      return violation("whole and in pieces differ", unless: whole.finish() == pieces.finish())
    }
  }

  private static func isSparedWithFinding(_ bytes: [UInt8]) -> Bool {
    [ShellReader.Certainty.code, .span, .value].contains { certainty in
      if ShellSigns.mayMatter(bytes, certainty) { return false }
      var reader = ShellReader(SourceText(bytes, from: 0), certainty, AuditWatch { false })
      reader.state.allow(4 * bytes.count)
      reader.readAll()
      return !reader.findings.isEmpty
    }
  }
}
