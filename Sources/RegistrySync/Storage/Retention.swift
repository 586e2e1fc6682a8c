package import RegistryModel

/// How much history a clear keeps: what any of the rules keeps stays.
package struct Retention: Equatable, Sendable {
  /// How many of a registry's newest snapshots stay; nil for no such rule.
  package var snapshots: Int?
  /// For how long after their sync snapshots stay; nil for no such rule.
  package var age: Duration?

  /// Makes a rule; without both, all history is kept.
  package init(snapshots: Int? = nil, age: Duration? = nil) {
    self.snapshots = snapshots
    self.age = age
  }

  /// What the policy keeps (`keep_snapshots`, `keep_days`).
  package init(_ policy: Policy) {
    snapshots = policy.keepSnapshots
    age = policy.keepDays.map { .seconds($0 * 86_400) }
  }

  /// Whether all history is kept.
  var isUnlimited: Bool { snapshots == nil && age == nil }
}
