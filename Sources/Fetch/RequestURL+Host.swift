import RegistryModel

extension RequestURL {
  /// The host for a name lookup: an IPv6 address has no brackets.
  var bareHost: String {
    host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
  }
}
