package import Refs

extension RegistryReader {
  /// What was in use last, newest first, and for each line whether this machine vouches for it.
  ///
  /// - Throws: `RefError`.
  package func reflog(_ count: Int) throws -> [(entry: ReflogEntry, isVouched: Bool)] {
    let notary = registry.project.notary(for: registry.name)
    return try history.reflog(count).map { ($0, $0.isVouched(by: notary)) }
  }
}
