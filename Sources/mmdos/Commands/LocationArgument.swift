import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// Where a registry is, as typed: a web address where the text has a scheme, else a folder.
struct LocationArgument {
  private let text: String
  private let session: Session

  init(_ text: String, in session: Session) {
    (self.text, self.session) = (text, session)
  }

  /// The location as it is to stand in `sources.yaml`.
  ///
  /// - Throws: `SyncError.invalidURL`, `ProjectError.localFolder`, `DiskError`.
  func location(in project: Project, _ policy: Policy) throws -> Source.Location {
    guard text.contains("://") else { return try folder(in: project) }
    do {
      return .web(try RegistryURL(text, allowedBy: policy))
    } catch {
      guard !text.mayHoldSecret, FolderAddress.isGitAddress(text) else { throw error }
      throw ProjectError.localFolder(text, .absent(.gitRepository))
    }
  }

  /// `git@host:path`, in which the user is nobody's.
  private var isPlainGitAddress: Bool {
    text.hasPrefix("git@") && !String(text.dropFirst(4)).mayHoldSecret
  }

  private func folder(in project: Project) throws -> Source.Location {
    do {
      return .folder(
        try LocalFolder(text, workingFolder: session.workingFolder, home: session.user.home).text(in: project)
      )
    } catch ProjectError.localFolder where text.mayHoldSecret && !isPlainGitAddress {
      // What is not there and looks like an address with a login or a token is one, with its scheme forgotten.
      throw SyncError.invalidURL(text, .notAbsolute)
    }
  }
}

extension [RegistryURL] {
  /// The addresses in order.
  var json: JSONValue { .array(map { .string($0.description) }) }
}

extension Source.TrustLevel {
  /// What the level means for an installation under a policy.
  func words(_ policy: Policy) -> String {
    switch self {
    case .trusted: "its plugins may be installed"
    case .community, .untrusted:
      policy.allowUntrustedInstall
        ? "listed; its plugins may be installed, as the policy says allow_untrusted_install: true"
        : "listed and searched; its plugins are not installed while the policy says allow_untrusted_install: false"
    }
  }

  /// The choice of levels for a preview, a line each; the chosen one is marked.
  func choice(_ policy: Policy) -> [SafeText] {
    ["  choose the trust level with --trust-level:"]
      + Self.allCases.map { level in
        let mark = level == self ? "*" : " "
        let name = level.rawValue + String(repeating: " ", count: 10 - level.rawValue.count)
        return "  \(mark) \(name)  \(SafeText(level.words(policy)))"
      }
  }
}
