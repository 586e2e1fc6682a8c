/// An operation that the policy or a source's settings forbid.
package enum PolicyRefusal: Error, Equatable, Sendable {
  /// `allow_remote_registries` is false.
  case remoteRegistries
  /// The source is disabled.
  case disabledSource(RegistryName)
  /// The source is the bundled one, which is never synced.
  case bundledSource
}

extension Policy {
  /// Whether a source may be synced and read.
  package func checkUse(of source: Source) throws(PolicyRefusal) {
    if case .bundled = source.location { throw .bundledSource }
    guard source.isEnabled else { throw .disabledSource(source.name) }
    if case .web = source.location, !allowRemoteRegistries { throw .remoteRegistries }
  }
}
