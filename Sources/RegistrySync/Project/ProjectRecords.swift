package import RegistryModel

/// The project's key and lockfile as they were read together: once in an operation.
///
/// A write reads them under the registry's lock, so that what is judged is what the lock protects; the lockfile is
/// read once more, under the project's lock, when it is changed (`ProjectFiles.changeEntry`).
package struct ProjectRecords: Sendable {
  /// The project's own key; nil where there is none.
  package let key: ProjectKey?
  /// The lockfile; the HMACs of an entry are checked when it is used.
  package let lockfile: Lockfile

  /// The entry of a registry that an operation is about to act on.
  ///
  /// - Throws: `ProjectError.lockEntryCode` when an HMAC is wrong or missing.
  package func entry(of name: RegistryName) throws(ProjectError) -> LockEntry? {
    guard let entry = lockfile.find(name) else { return nil }
    try entry.requireCodes(of: key)
    return entry
  }

  /// What a command that only reads says about the entry of a registry; nil for an entry like any other.
  package func note(on name: RegistryName) -> LockEntryNote? {
    if let refused = lockfile.findRefused(name) {
      return .refused(field: refused.field, value: refused.value)
    }
    return lockfile.find(name).flatMap { LockEntryNote($0, key: key) }
  }
}

/// What is remarkable about a lock entry.
package enum LockEntryNote: Equatable, Sendable {
  /// The first code that is wrong or missing, and whether the entry is one of the Node tool.
  case code(LockCodeProblem, isOfNodeTool: Bool)
  /// The Node tool wrote it: pin, signers and highest version are missing.
  case nodeTool
  /// It records a failed check; `value` is nil for null.
  case refused(field: String, value: String?)

  init?(_ entry: LockEntry, key: ProjectKey?) {
    if let problem = entry.codeProblems(with: key).first {
      self = .code(problem, isOfNodeTool: entry.isOfNodeTool)
    } else if entry.isOfNodeTool {
      self = .nodeTool
    } else {
      return nil
    }
  }
}

extension Project {
  /// Reads key and lockfile; without the files there is no key, and there are no entries.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause; `ProjectError.projectKey`.
  package func readRecords() throws -> ProjectRecords {
    ProjectRecords(key: try readProjectKey(), lockfile: try readUncheckedLockfile())
  }
}

extension LockEntry {
  /// Refuses an entry whose HMACs are wrong or missing; without a key there is nothing to check.
  ///
  /// - Throws: `ProjectError.lockEntryCode`.
  func requireCodes(of key: ProjectKey?) throws(ProjectError) {
    guard let problem = codeProblems(with: key).first else { return }
    throw .lockEntryCode(name, problem, isOfNodeTool: isOfNodeTool)
  }
}
