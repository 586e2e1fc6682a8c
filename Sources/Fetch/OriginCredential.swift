import RegistryModel

/// A login that is sent with every request to one host and port over TLS, and never anywhere else.
package struct OriginCredential: Sendable {
  private let host: String
  private let port: Int
  /// The value of the `Authorization` header.
  private let authorization: String

  package init(host: String, port: Int, authorization: String) {
    self.host = host
    self.port = port
    self.authorization = authorization
  }

  /// The header field for a request, or nil for another host, another port, or plain http.
  func field(for url: RequestURL) -> String? {
    guard url.scheme == "https", url.host == host, url.port == port else { return nil }
    return "Authorization: \(authorization)"
  }
}

extension OriginCredential: CustomStringConvertible, CustomReflectable {
  /// Without the secret, as descriptions end in messages and logs.
  package var description: String { "login for \(host):\(port)" }

  package var customMirror: Mirror { Mirror(self, children: []) }
}
