package import Formats

extension Policy {
  /// Puts the user's home in place of the `~` of each path of this machine.
  ///
  /// - Throws: `HomePath.Problem` where it is not known.
  package mutating func expandHome(_ home: String?) throws(HomePath.Problem) {
    if let path = caFile { caFile = try HomePath.expand(path, home: home) }
    if let path = sharedStore { sharedStore = try HomePath.expand(path, home: home) }
  }
}
