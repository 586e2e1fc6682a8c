import Formats

/// The meaning of a request to the static server, after all checks that need no file; pure.
enum StaticRequest: Hashable, Sendable {
  case file(components: [String], isHead: Bool)
  case refused(Status)

  /// Judges the head of a request.
  static func judge(_ head: RequestHead) -> StaticRequest {
    let hosts = head.values("host")
    // Requests with another host's name are refused, as web pages could otherwise read from this server (DNS
    // rebinding).
    guard hosts.count == 1 else { return .refused(.badRequest) }
    guard isLoopbackAuthority(hosts[0]) else { return .refused(.misdirectedRequest) }
    guard head.method == "GET" || head.method == "HEAD" else { return .refused(.methodNotAllowed) }
    guard let components = parseTarget(head.target) else { return .refused(.notFound) }
    return .file(components: components, isHead: head.method == "HEAD")
  }

  /// Splits a request target into path components; nil for targets that are not served.
  ///
  /// Names at the root that begin with a dot are not served, nor what belongs to version control: registries publish
  /// neither. Below a folder such names are files like others.
  static func parseTarget(_ target: String) -> [String]? {
    let path = target.prefix { $0 != "?" }
    guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= 4096 else { return nil }
    let rawComponents = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard rawComponents.count <= 64 else { return nil }
    var components: [String] = []
    for rawComponent in rawComponents {
      guard let component = PercentCoding.decode(rawComponent), isServed(component, below: components) else {
        return nil
      }
      components.append(component)
    }
    return components
  }

  /// Whether a `Host` value is a loopback host (RFC 9110 section 7.2), with any port.
  static func isLoopbackAuthority(_ text: String) -> Bool {
    var host = text.lowercased()[...]
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      let port = host[host.index(after: colon)...]
      guard UInt16(port) != nil, port.utf8.first != UInt8(ascii: "+") else { return false }
      host = host[..<colon]
    }
    return ["localhost", "127.0.0.1", "[::1]"].contains(host)
  }

  /// What belongs to version control, and files of secrets.
  private static let neverServed = [
    ".", "..", ".git", ".gitmodules", ".gitattributes", ".hg", ".svn", ".env",
  ]

  private static func isServed(_ component: String, below folders: [String]) -> Bool {
    guard (1...255).contains(component.utf8.count) else { return false }
    if component.hasPrefix("."), folders.isEmpty || neverServed.contains(component.lowercased()) {
      return false
    }
    return component.unicodeScalars.allSatisfy { scalar in
      scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "/" && scalar != "\\"
    }
  }
}
