import RegistryModel

/// Pages on which a person is to log in, as portals of networks and single sign-on send them in place of a file.
enum LoginPage {
  private static let words: Set<String> = [
    "login", "logon", "signin", "signon", "sso", "saml", "saml2", "oauth", "oauth2", "auth", "authorize",
    "authenticate", "idp", "captive", "captiveportal", "portal", "hotspot",
  ]

  /// Whether a redirect leads to one: its address says so, or its query has the way back.
  static func isMeant(by location: String, from url: RequestURL) -> Bool {
    let text = location.lowercased()
    let target = text.prefix { $0 != "?" && $0 != "#" }
    let file = url.path.lowercased().split(separator: "/").last
    // What is called as the file is has moved.
    if let file, target.hasSuffix("/" + file) { return false }
    let known = Set(names("\(url.host)\(url.path.lowercased())"))
    if names(target).contains(where: { isWord($0) && !known.contains($0) }) { return true }
    let query = text[target.endIndex...]
    let path = url.path.lowercased()
    return [url.host, path, path.replacing("/", with: "%2f")].contains { query.contains($0) }
  }

  /// The words of a host and a path: `sign_in` is one.
  private static func names(_ target: some StringProtocol) -> [String] {
    target.split { "/.:@;".contains($0) }.map { String($0.filter { $0 != "-" && $0 != "_" }) }
  }

  private static func isWord(_ name: String) -> Bool {
    words.contains(name) || name.hasSuffix("login") || name.hasSuffix("signin")
  }
}
