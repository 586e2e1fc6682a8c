import Formats

/// What a request to the static server asks for, after every check that needs no file; pure.
enum StaticRequest: Hashable, Sendable {
  case file(components: [String], isHead: Bool)
  case refused(Status)

  /// Judges the head of a request.
  static func judge(_ head: RequestHead) -> StaticRequest {
    let hosts = head.values("host")
    // A name of somebody else's that leads here is how a web page reads a local server (DNS rebinding).
    guard hosts.count == 1 else { return .refused(.badRequest) }
    guard isLoopbackAuthority(hosts[0]) else { return .refused(.misdirectedRequest) }
    guard head.method == "GET" || head.method == "HEAD" else { return .refused(.methodNotAllowed) }
    guard let components = parseTarget(head.target) else { return .refused(.notFound) }
    return .file(components: components, isHead: head.method == "HEAD")
  }

  /// Splits a request target into components that may be served; nil for all others.
  ///
  /// Names that begin with a dot are not served, except `.ai` below another folder, where registries keep the
  /// files that plugins install, and what is below that.
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

  /// Whether a `Host` names this machine (RFC 9110 section 7.2), with any port.
  static func isLoopbackAuthority(_ text: String) -> Bool {
    var host = text.lowercased()[...]
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      let port = host[host.index(after: colon)...]
      guard UInt16(port) != nil, port.utf8.first != UInt8(ascii: "+") else { return false }
      host = host[..<colon]
    }
    return ["localhost", "127.0.0.1", "[::1]"].contains(host)
  }

  /// No manifest names what version control keeps to itself, wherever it is.
  private static let neverServed = [
    ".", "..", ".git", ".gitmodules", ".gitattributes", ".hg", ".svn",
  ]

  private static func isServed(_ component: String, below folders: [String]) -> Bool {
    guard (1...255).contains(component.utf8.count) else { return false }
    if component.hasPrefix(".") {
      let isInstalled = folders.contains(".ai") && !neverServed.contains(component.lowercased())
      guard isInstalled || (component == ".ai" && !folders.isEmpty) else { return false }
    }
    return component.unicodeScalars.allSatisfy { scalar in
      scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "/" && scalar != "\\"
    }
  }
}
