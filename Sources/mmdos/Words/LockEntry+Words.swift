import RegistryModel
import RegistrySync

// The words for entries of registry-lock.json.

extension LockDisagreement {
  /// The field with both values, in one line; may contain text from outside.
  var words: String {
    let found = locked.map { "is '\($0)'" } ?? "is missing"
    switch expected {
    case .value(let value): return "'\(field)' of the entry \(found), and must be '\(value)'"
    case .atLeast(let value): return "'\(field)' of the entry \(found), and must not be lower than '\(value)'"
    case .oneOf(let values):
      let list =
        values.isEmpty
        ? "the manifest is not signed" : "the manifest has '\(values.joined(separator: "', '"))'"
      return "'\(field)' of the entry \(found), and \(list)"
    case .something: return "'\(field)' of the entry \(found), and must have a value"
    case .nothing: return "'\(field)' of the entry \(found), and must not be there"
    }
  }
}

extension [LockDisagreement] {
  /// The first in full, the others by their fields.
  var words: String {
    guard let first else { return "" }
    let others = dropFirst().map { "'\($0.field)'" }.joined(separator: ", ")
    return first.words + (others.isEmpty ? "" : "; so do not agree: \(others)")
  }
}

extension LockCodeProblem {
  /// What is wrong, worded to follow "the entry".
  var words: String {
    switch self {
    case .wrong(let field): "was changed, or written with another key: '\(field)' does not match"
    case .missing(let field): "has no '\(field)' of the project's key: written without the key, or changed"
    }
  }
}

extension LockEntryNote {
  /// The note in one line; may contain text from outside.
  var words: String {
    switch self {
    case .code(let problem, let isOfNodeTool):
      "its lock entry \(problem.words)" + (isOfNodeTool ? "; \(Self.nodeToolWords)" : "")
    case .nodeTool: "its lock entry \(Self.nodeToolWords)"
    case .refused(let field, let value): "its lock entry \(Self.refusedWords(field, value))"
    }
  }

  /// Worded to follow "the entry".
  static let nodeToolWords =
    "is as the Node tool writes it: pin, pinned signers and highest version are not in it"

  /// Worded to follow "the entry".
  static func refusedWords(_ field: String, _ value: String?) -> String {
    "is of the Node tool and cannot be used, as a check of it failed or it is not complete: "
      + "'\(field)' is \(value.map { "'\($0)'" } ?? "null or missing"); the next sync writes it anew"
  }
}
