package import Refs

extension RegistryReader {
  /// What was in use, newest first, and for each line whether this machine vouches for it.
  package func reflog() -> [(entry: ReflogEntry, isVouched: Bool)] {
    let notary = registry.project.notary(for: registry.name)
    return history.reflog.map { ($0, $0.isVouched(by: notary)) }
  }
}
