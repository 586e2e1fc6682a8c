import Testing

/// What is attacked, and which keys there are: one of all combinations.
struct ForgingSetting: Sendable, CustomTestStringConvertible {
  enum Registry: String, CaseIterable, Sendable {
    case signed, unsigned, pinnedSigned, pinnedUnsigned
    /// The lockfile is a colleague's and names a release that was never synced here.
    case behind
    var isSigned: Bool { self == .signed || self == .pinnedSigned || self == .behind }
    var isPinned: Bool { self == .pinnedSigned || self == .pinnedUnsigned }
  }

  enum Machine: String, CaseIterable, Sendable {
    /// The one that made the cache.
    case own
    /// Another one, with a key of its own: the cache was copied.
    case other
    /// One that can have no key.
    case none
  }

  let registry: Registry
  let hasProjectKey: Bool
  let machine: Machine
  /// The number in `all`.
  let number: Int

  static let all: [ForgingSetting] = {
    var all: [ForgingSetting] = []
    for registry in Registry.allCases {
      for machine in Machine.allCases {
        for hasProjectKey in [false, true] {
          all.append(
            ForgingSetting(
              registry: registry,
              hasProjectKey: hasProjectKey,
              machine: machine,
              number: all.count
            )
          )
        }
      }
    }
    return all
  }()

  var testDescription: String {
    "\(registry.rawValue), \(hasProjectKey ? "project key" : "no project key"), \(machine.rawValue) machine"
  }
}
