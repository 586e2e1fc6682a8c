import Formats
import Foundation
import ObjectStore
import TestSupport
import Testing

@testable import Audit

/// The audit of one file that is in memory.
func auditFile(_ path: String, _ bytes: [UInt8]) -> FileAudit {
  var scanner = AuditScanner(AuditFile(path: path, object: ObjectID(hashing: bytes)))
  scanner.append(bytes.span.bytes)
  return scanner.finish()
}

/// The corpus of the content audit: what each sample must give, and nothing else.
struct AuditCorpusTests {
  struct Sample: Decodable, CustomTestStringConvertible {
    let file: String
    let path: String
    let rule: String
    let findings: [Finding]

    var testDescription: String { file }

    struct Finding: Decodable, Hashable, Comparable {
      let rule: String
      let line: Int
      let column: Int

      init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        (rule, line, column) = (
          try list.decode(String.self), try list.decode(Int.self), try list.decode(Int.self)
        )
      }

      init(_ finding: AuditFinding) {
        (rule, line, column) = (finding.rule.rawValue, finding.position.line, finding.position.column)
      }

      static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column, left.rule) < (right.line, right.column, right.rule)
      }
    }
  }

  static func samples() throws -> [Sample] {
    try JSONDecoder().decode([Sample].self, from: Data(fixture("audit/index.json")))
  }

  @Test(arguments: try samples())
  func sampleGivesWhatTheIndexSays(sample: Sample) throws {
    let bytes = try fixture("audit/\(sample.file)")
    let audit = auditFile(sample.path, bytes)
    let seen = audit.findings.map { "\($0.rule.rawValue) \($0.position) \($0.detail) | \($0.excerpt)" }
    #expect(audit.findings.map(Sample.Finding.init).sorted() == sample.findings.sorted(), "\(seen)")
    #expect(audit.omitted == [:])
    for finding in audit.findings {
      #expect(finding.path == sample.path && finding.object == ObjectID(hashing: bytes))
      #expect(!finding.detail.isEmpty && !finding.excerpt.isEmpty)
      let shown = (finding.detail + finding.excerpt).unicodeScalars
      #expect(shown.allSatisfy { InvisibleCharacters.kind(of: $0) == nil }, "\(shown)")
    }
  }

  /// A file comes in pieces of any size, cut anywhere.
  @Test(arguments: try samples())
  func piecesGiveTheSameAsTheWhole(sample: Sample) throws {
    let bytes = try fixture("audit/\(sample.file)")
    var scanner = AuditScanner(AuditFile(path: sample.path, object: ObjectID(hashing: bytes)))
    for byte in bytes { scanner.append([byte].span.bytes) }
    #expect(scanner.finish() == auditFile(sample.path, bytes))
  }

  @Test func everyRuleHasThreeSamplesOfEitherKind() throws {
    let samples = try Self.samples()
    for rule in AuditRule.allCases {
      let own = samples.filter { $0.rule == rule.rawValue }
      #expect(own.count { $0.findings.contains { $0.rule == rule.rawValue } } >= 3, "\(rule)")
      #expect(own.count { $0.findings.isEmpty } >= 3, "\(rule)")
    }
    #expect(Set(samples.map(\.rule)) == Set(AuditRule.allCases.map(\.rawValue)))
  }

  @Test func everyFileOfTheCorpusIsInTheIndex() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/audit")
      .path
    let names = try #require(FileManager.default.enumerator(atPath: folder))
    var files: Set<String> = []
    while let name = names.nextObject() as? String { if name.contains("/") { files.insert(name) } }
    #expect(files == Set(try Self.samples().map(\.file)))
  }

  @Test func documentHasEveryRuleWithItsSeverityAndNoOther() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/audit.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    // | `rule` | severity | example | why |
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
      row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let documented = rows.filter { $0.count == 4 }.map { [$0[0].filter { $0 != "`" }, $0[1]] }
    #expect(documented == AuditRule.allCases.map { [$0.rawValue, $0.severity.rawValue] })
  }

  @Test func exampleRegistryHasNoFinding() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Examples/partner-registry").standardizedFileURL.path
    let names = try #require(FileManager.default.enumerator(atPath: root))
    var count = 0
    while let name = names.nextObject() as? String {
      guard let data = FileManager.default.contents(atPath: root + "/" + name),
        names.fileAttributes?[.type] as? FileAttributeType == .typeRegular
      else { continue }
      count += 1
      #expect(auditFile(name, Array(data)).findings == [], "\(name)")
    }
    #expect(count > 50)
  }
}
