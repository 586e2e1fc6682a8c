import Foundation
import TestSupport
import Testing

@testable import RegistrySync

/// Expects a `TextProblem` of this reason, and of this place where one is given.
func expectProblem<Result>(
  _ reason: TextProblem.Reason,
  at position: TextPosition? = nil,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) {
  do {
    Issue.record("no problem, but \(try body())", sourceLocation: sourceLocation)
  } catch let problem as TextProblem {
    #expect(problem.reason == reason, sourceLocation: sourceLocation)
    if let position { #expect(problem.position == position, sourceLocation: sourceLocation) }
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
  }
}

extension SeededGenerator {
  /// The bytes after one to four edits: a byte changed, put in, taken out, or a piece doubled.
  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    // Mostly bytes that mean something to a parser.
    let telling =
      Array("{}[]\",:-#&*!|>'%@`?\\\n\r\t 0eE.+utf~\u{FEFF}".utf8) + [0, 0x80, 0xC2, 0xE2, 0xED, 0xF4, 0xFF]
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &self) {
      let place = Int.random(in: 0...bytes.count, using: &self)
      let byte = telling.randomElement(using: &self) ?? 0
      switch Int.random(in: 0..<4, using: &self) {
      case 0 where place < bytes.count: bytes[place] = byte
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[place...].prefix(12), at: place)
      default: bytes.insert(byte, at: place)
      }
    }
    return bytes
  }
}

/// A file of `Tests/Fixtures`.
func fixture(_ name: String, from testFile: String = #filePath) throws -> [UInt8] {
  let tests = URL(filePath: testFile).deletingLastPathComponent().deletingLastPathComponent()
  return Array(try Data(contentsOf: tests.appending(path: "Fixtures/\(name)")))
}
