import Formats

/// Guesses what was meant by a text that is neither a web address nor the path of a folder.
package enum FolderAddress {
  /// What somebody may have meant.
  package enum Guess: Equatable, Sendable {
    /// A git repository: `git@host:path`, `….git`, or a page of a host of repositories.
    case gitRepository
    /// A web address without its scheme; the address with it, if it is one that a registry can have.
    case withoutScheme(String?)
    /// A path that is not there, or something else.
    case path
  }

  /// Hosts whose pages are repositories: nothing there is a registry's folder as it is.
  private static let repositoryHosts: Set<String> = [
    "github.com", "gitlab.com", "bitbucket.org", "codeberg.org",
  ]

  /// Whether a text with a scheme names a git repository.
  package static func isGitAddress(_ text: String) -> Bool {
    let lower = text.lowercased()
    if ["git://", "git+", "ssh://"].contains(where: lower.hasPrefix) { return true }
    let path = lower.split(separator: "/", omittingEmptySubsequences: true)
    return path.last?.hasSuffix(".git") ?? false
  }

  /// Guesses what a text without a scheme means, where no folder is called so.
  package static func guess(_ text: String) -> Guess {
    if isGitAddress(text) || isSecureCopyAddress(text) { return .gitRepository }
    // Whoever begins with a dot or a slash means a path.
    guard !text.hasPrefix("."), !text.hasPrefix("/"), !text.hasPrefix("~") else { return .path }
    let first = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
    let host = first.split(separator: ":", maxSplits: 1).first.map { $0.lowercased() } ?? ""
    if repositoryHosts.contains(host) { return .gitRepository }
    guard host.contains("."), text.utf8.contains(UInt8(ascii: "/")) else { return .path }
    // try?: an address that no registry can have is not suggested.
    let url = try? RegistryURL(parsing: "https://\(text)", allowHTTPLocalhost: false)
    return .withoutScheme(url?.description)
  }

  /// `user@host:path`, as git and scp write it.
  private static func isSecureCopyAddress(_ text: String) -> Bool {
    guard let at = text.firstIndex(of: "@"), let colon = text.firstIndex(of: ":") else { return false }
    return at < colon && !text[..<colon].contains("/")
  }
}
