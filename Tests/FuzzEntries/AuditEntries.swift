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
      return violation("whole and in pieces differ", unless: whole.finish() == pieces.finish())
    }
  }
}
