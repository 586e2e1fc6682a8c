package import Formats
import Foundation
package import Testing

/// Expects a `TextProblem` of this reason, and of this place where one is given.
package func expectProblem<Result>(
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

/// A file of `Tests/Fixtures`.
package func fixture(_ name: String, from testFile: String = #filePath) throws -> [UInt8] {
  let tests = URL(filePath: testFile).deletingLastPathComponent().deletingLastPathComponent()
  return Array(try Data(contentsOf: tests.appending(path: "Fixtures/\(name)")))
}

/// Requires one printable line in lower case without a full stop.
package func expectSafe(_ summary: String, sourceLocation: SourceLocation = #_sourceLocation) {
  #expect(!summary.isEmpty && !summary.hasSuffix("."), sourceLocation: sourceLocation)
  #expect(
    summary.unicodeScalars.allSatisfy { UnicodeRules.refusal(of: $0) == nil },
    sourceLocation: sourceLocation
  )
}
