/// The paths of keys, passwords and tokens.
enum SecretPath {
  enum Kind {
    /// A file that holds secrets.
    case file
    /// A folder that holds such files.
    case folder
    /// A file that often holds secrets, but is often only an example: `.env`.
    case settings
  }

  /// The kind of secret path that a word names, also within `f=@path`; nil if it names none.
  static func kind(of word: String) -> Kind? {
    // A fast check for the usual case: every path of a secret has a dot, an underscore or a folder.
    guard word.utf8.contains(where: { $0 == 0x2E || $0 == 0x2F || $0 == 0x5C || $0 == 0x5F }) else {
      return nil
    }
    // What a program is told to leave out, it does not read.
    if word.hasPrefix("--exclude=") || word.hasPrefix("--ignore=") { return nil }
    let parts = word.lowercased().split { "/\\=@:,".contains($0) }.map {
      $0.filter { $0 != "\"" && $0 != "'" }
    }
    guard let last = parts.last else { return nil }
    // Public keys may be read, and so may files that only say how to connect.
    if last.hasSuffix(".pub") { return nil }
    if files.contains(last) { return .file }
    if let kind = kindOfPair(parts, last, word) { return kind }
    if last == ".env" || last.hasPrefix(".env.") {
      let ending = last.dropFirst(5)
      return ["example", "sample", "template", "dist", "defaults", "schema"].contains(String(ending))
        ? nil : .settings
    }
    return nil
  }

  private static func kindOfPair(_ parts: [String], _ last: String, _ word: String) -> Kind? {
    for (index, part) in parts.enumerated() {
      let next = index + 1 < parts.count ? parts[index + 1] : nil
      switch part {
      case ".ssh":
        guard let next else { return .folder }
        if next.hasPrefix("*") { return .folder }
        return harmless.contains(next) ? nil : .file
      case ".aws" where next == nil, ".gnupg" where next == nil, "keychains" where next == nil: return .folder
      case ".gnupg": return last.hasSuffix(".conf") ? nil : .file
      case ".azure" where next == nil, ".kube" where next == nil: return isAtHome(word) ? .folder : nil
      default:
        guard let next else { continue }
        if pairs.contains("\(part)/\(next)") { return .file }
        if folders.contains("\(part)/\(next)") {
          return index + 2 == parts.count ? .folder : harmless.contains(last) ? nil : .file
        }
      }
    }
    return nil
  }

  private static let harmless: Set<String> = [
    "config", "known_hosts", "authorized_keys", "environment", "rc", "config.yml", "configurations",
    "active_config",
    "config.d", "known_hosts.old",
  ]

  private static let files: Set<String> = [
    ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass", ".git-credentials", ".vault-token", "id_rsa",
    "id_dsa",
    "id_ecdsa", "id_ed25519", "login.keychain", "login.keychain-db", "key4.db", "logins.json",
    "cookies.sqlite",
    "wallet.dat", "secring.gpg", "accesstokens.json", "msal_token_cache.json",
    "application_default_credentials.json",
  ]
  private static let pairs: Set<String> = [
    ".aws/credentials", ".docker/config.json", "etc/shadow", "etc/gshadow", ".cargo/credentials",
    ".cargo/credentials.toml", ".kube/config", ".azure/accesstokens.json", ".azure/azureprofile.json",
    "chrome/login data", "default/login data", "default/cookies", ".terraform.d/credentials.tfrc.json",
    "rclone/rclone.conf", ".subversion/auth", "gh/hosts.yml",
  ]
  private static let folders: Set<String> = [".config/gcloud", ".config/gh", ".local/keyrings", ".aws/sso"]

  /// Whether a path begins at a home folder; elsewhere `.azure` holds the definitions of pipelines.
  private static func isAtHome(_ word: String) -> Bool {
    let lower = word.lowercased()
    return [
      "~", "$home", "${home}", "/home/", "/root", "/users/", "%userprofile%", "$env:userprofile", "$env:home",
    ]
    .contains { lower.contains($0) }
  }
}
