import TestServers
import TestSupport
import Testing

/// Checks exit code and texts of a run; on failure the whole of what it said is shown.
func expect(
  _ result: Program.Result,
  exit code: Int32,
  error texts: String...,
  output: String...,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let said = Comment(rawValue: "exit \(result.exitCode)\n\(result.output)\n\(result.error)")
  #expect(result.exitCode == code && !result.isTimedOut, said, sourceLocation: sourceLocation)
  for text in texts { #expect(result.error.contains(text), said, sourceLocation: sourceLocation) }
  for text in output { #expect(result.output.contains(text), said, sourceLocation: sourceLocation) }
}

/// Checks that nothing a user sees is other than before.
func expectUnchanged(
  _ project: TestProject,
  since before: ProjectState,
  _ scope: ProjectState.Scope = .visible,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let changed = try project.state(scope).differences(from: before)
  #expect(changed == [], sourceLocation: sourceLocation)
}

extension TestRegistry {
  /// The part of the addresses that all these files have on a `LoopbackServer`.
  static let base = "/registry/"

  /// The request targets of the files with these numbers.
  static func targets(_ indices: some Sequence<Int>) -> Set<String> { Set(indices.map { base + path($0) }) }
}

extension LoopbackServer {
  /// The address of the registry that `TestRegistry.publish` puts here.
  var registryURL: String { "\(origin)\(TestRegistry.base)catalog.yaml" }

  /// The targets of all requests so far.
  var targets: [String] { requests.map(\.path) }
}
