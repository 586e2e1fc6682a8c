/// The rule about links whose text and target name different hosts.
enum LinkRules {
  /// A longer text is not the name of a host.
  static let maxTextBytes = 512

  /// Compares the text of a link with its target.
  static func judge(
    _ text: [UInt8],
    _ target: [UInt8],
    _ document: AuditDocument,
    at offset: Int,
    into sink: inout FindingSink
  ) {
    guard text.count <= maxTextBytes, let shown = LinkHost.ofText(text[...]),
      let host = LinkHost.ofTarget(target[...]), !LinkHost.isSame(shown, host)
    else { return }
    let detail = "the text names '\(VisibleText.of(shown))', the target is '\(VisibleText.of(host))'"
    sink.add(.linkHost, document, at: offset, detail)
  }
}

/// The hosts that links name.
enum LinkHost {
  /// A name without a scheme is taken for a host only in these domains, because `README.md` and `Node.js` are not
  /// hosts.
  private static let domains: Set<String> = [
    "app", "com", "dev", "edu", "gov", "int", "mil", "net", "org",
  ]
  /// Hosts in domains that many project names end with (`socket.io`), so only these full names count.
  private static let known: Set<String> = [
    "github.io", "gitlab.io", "crates.io", "docker.io", "ghcr.io", "quay.io", "claude.ai", "huggingface.co",
  ]

  /// The host of a target; nil for a path, an anchor or a mail address.
  static func ofTarget(_ bytes: ArraySlice<UInt8>) -> String? {
    let text = String(decoding: bytes.prefix(2_048), as: UTF8.self)
    guard let start = afterScheme(text) else { return nil }
    return host(text[start...])
  }

  /// The host that the text of a link names; nil if it names none.
  static func ofText(_ bytes: ArraySlice<UInt8>) -> String? {
    let marks: Set<Character> = [" ", "*", "_", "`", "~", "\t", "<", ">"]
    var text = Substring(String(decoding: bytes, as: UTF8.self))
    while let first = text.first, marks.contains(first) { text.removeFirst() }
    while let last = text.last, marks.contains(last) { text.removeLast() }
    guard !text.contains(" ") else { return nil }
    if let start = afterScheme(String(text)) { return host(String(text)[start...]) }
    guard !text.contains("@"), let name = host(text) else { return nil }
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty }), let last = labels.last else { return nil }
    if text.lowercased().hasPrefix("www.") || domains.contains(String(last)) { return name }
    return known.contains { name == $0 || name.hasSuffix(".\($0)") } ? name : nil
  }

  /// Whether two names are the same host, or one is in the domain of the other.
  static func isSame(_ left: String, _ right: String) -> Bool {
    left == right || left.hasSuffix(".\(right)") || right.hasSuffix(".\(left)")
  }

  /// Where the host begins in a URL or in `//host/path`.
  private static func afterScheme(_ text: String) -> String.Index? {
    let lower = text.lowercased()
    for scheme in ["https://", "http://", "//", "ftp://"] where lower.hasPrefix(scheme) {
      return text.utf8.index(text.startIndex, offsetBy: scheme.utf8.count)
    }
    return nil
  }

  /// The host at the beginning of a text, without user, port, `www.` and a final dot, in lower case.
  private static func host(_ text: Substring) -> String? {
    var name = text.prefix { !"/?#\\".contains($0) }
    // Text before an @ is a user name, even if it looks like a host.
    if let at = name.lastIndex(of: "@") { name = name[name.index(after: at)...] }
    if !name.hasPrefix("["), let colon = name.firstIndex(of: ":") { name = name[..<colon] }
    if name.hasSuffix(".") { name.removeLast() }
    var lower = name.lowercased()
    if lower.hasPrefix("www."), lower.utf8.count > 4 { lower.removeFirst(4) }
    return lower.isEmpty ? nil : lower
  }
}
