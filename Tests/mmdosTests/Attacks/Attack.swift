import TestSupport
import Testing

/// One attack on a project that has synced a signed registry: how it is made, and what has to come of it.
struct Attack: Sendable, CustomTestStringConvertible {
  /// What the attacked command has to do; the state of the project stays as it is in any case.
  enum Outcome: Sendable {
    /// It fails with this exit code and this kind in the error's JSON.
    case refused(Int32, String)
    /// It is a command that reports: this exit code, and this text in the report.
    case named(Int32, String)
    /// It is not taken in: exit code 0, and this text in its output.
    case withstood(String)

    /// The word for it in docs/security.md.
    var word: String {
      switch self {
      case .refused: "refused"
      case .named: "named"
      case .withstood: "withstood"
      }
    }
  }

  typealias Step = @Sendable (SignedStage) async throws -> Void

  /// What most attacks are aimed at.
  static let sync = ["registry", "sync", "web", "--approved"]

  /// As it stands in docs/security.md, column "shown by".
  let name: String
  /// The row of docs/security.md: its first cell up to a colon.
  let row: String
  let outcome: Outcome
  /// The attacked command.
  var command = sync
  /// Whether the registry has not been synced before.
  var isFirst = false
  /// The paths that may change, or anything beneath them: what is written down about the attack itself.
  var traces: [String] = []
  /// Serves or plants it, after the first sync.
  let prepare: Step
  /// What else has to be seen afterwards, such as the way out.
  var after: Step = { _ in }

  init(
    _ name: String,
    _ row: String,
    _ outcome: Outcome,
    command: [String] = sync,
    isFirst: Bool = false,
    traces: [String] = [],
    prepare: @escaping Step,
    after: @escaping Step = { _ in }
  ) {
    (self.name, self.row, self.outcome) = (name, row, outcome)
    (self.command, self.isFirst, self.traces) = (command, isFirst, traces)
    (self.prepare, self.after) = (prepare, after)
  }

  var testDescription: String { name }

  /// Every attack of the suite.
  static let all =
    onRegistries + onPacks + onKeys + onHistory + onDisk + onSnapshots + onHints + onUnsigned + onOrder

  /// The command's words, with the form in which the outcome is told.
  var words: [String] {
    if case .refused = outcome { command + ["--json"] } else { command }
  }

  /// Checks how the command ended.
  func check(_ result: Program.Result) throws {
    switch outcome {
    case .refused(let code, let kind):
      expect(result, exit: code)
      let failure = try result.failure()
      #expect(failure["kind"] as? String == kind, "\(result.error)")
      #expect(failure["code"] as? Int == Int(code))
    case .named(let code, let text): expect(result, exit: code, output: text)
    case .withstood(let text): expect(result, exit: 0, output: text)
    }
  }

  /// Whether a path of the scratch folder is one of the project's, or lies beneath it.
  static func isAt(_ trace: String, _ path: String) -> Bool {
    path == "project/\(trace)" || path.hasPrefix("project/\(trace)/")
  }
}
