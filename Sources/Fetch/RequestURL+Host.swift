import RegistryModel

extension RequestURL {
  /// The host as name lookup wants it: an IPv6 address without brackets.
  var bareHost: String {
    host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
  }
}
