package import Refs

extension RegistryReader {
  /// A line of the reflog.
  package struct ReflogLine {
    package let entry: ReflogEntry
    /// The N of the `@{N}` that names its value.
    package let number: Int
    /// Whether this machine vouches for it.
    package let isVouched: Bool
  }

  /// What was in use last, newest first.
  ///
  /// - Throws: `RefError`.
  package func reflog(_ count: Int) throws -> [ReflogLine] {
    let notary = registry.project.notary(for: registry.name)
    var number = 0
    return try history.reflog(count).map { entry in
      defer { number += entry.isMove ? 1 : 0 }
      return ReflogLine(entry: entry, number: number, isVouched: entry.isVouched(by: notary))
    }
  }
}
