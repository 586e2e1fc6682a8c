package import RegistryModel

/// The project's key and lockfile as they were read together: once in an operation.
///
/// A write reads them under the registry's lock, so that what is judged is what the lock protects; the lockfile is
/// read once more, under the project's lock, when it is changed (`ProjectFiles.changeEntry`).
package struct ProjectRecords: Sendable {
  /// The project's own key; nil where there is none.
  package let key: ProjectKey?
  /// The lockfile; both HMACs of every entry were checked with the key.
  package let lockfile: Lockfile
}

extension Project {
  /// Reads key and lockfile; without the files there is no key, and there are no entries.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause; `ProjectError.forgedLockEntry`,
  ///   `ProjectError.projectKey`.
  package func readRecords() throws -> ProjectRecords {
    let key = try readProjectKey()
    return ProjectRecords(key: key, lockfile: try readLockfile(checkedBy: key))
  }

  /// Reads the lockfile and checks it with a key that was read before.
  ///
  /// - Throws: `ProjectError.invalidFile` naming line and cause; `ProjectError.forgedLockEntry`.
  func readLockfile(checkedBy key: ProjectKey?) throws -> Lockfile {
    let lockfile = try readUncheckedLockfile()
    try lockfile.checkCodes(with: key)
    return lockfile
  }
}

extension Lockfile {
  /// Checks both HMACs of every entry; without a key there is nothing to check.
  ///
  /// - Throws: `ProjectError.forgedLockEntry`.
  func checkCodes(with key: ProjectKey?) throws(ProjectError) {
    guard let key else { return }
    for entry in entries {
      if entry.checkSignature(with: key) == .mismatch {
        throw .forgedLockEntry(entry.name, field: "signature")
      }
      if entry.checkEntryHMAC(with: key) == .mismatch {
        throw .forgedLockEntry(entry.name, field: "entry_hmac")
      }
    }
  }
}
