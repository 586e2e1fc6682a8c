package import RegistryModel

/// How much history a clear keeps: a snapshot stays if either rule keeps it.
package struct Retention: Equatable, Sendable {
  /// The number of a registry's newest snapshots to keep; nil for no such rule.
  package var snapshots: Int?
  /// How long snapshots are kept after their sync; nil for no such rule.
  package var age: Duration?

  /// Without either rule all history is kept.
  package init(snapshots: Int? = nil, age: Duration? = nil) {
    self.snapshots = snapshots
    self.age = age
  }

  /// The policy's rules (`keep_snapshots`, `keep_days`).
  package init(_ policy: Policy) {
    snapshots = policy.keepSnapshots
    age = policy.keepDays.map { .seconds($0 * 86_400) }
  }

  /// Whether all history is kept.
  var isUnlimited: Bool { snapshots == nil && age == nil }
}
