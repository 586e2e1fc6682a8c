import Formats

/// The words that the rules about commands know.
enum ShellWords {
  /// What a word is to the rules about commands.
  enum Role: Equatable {
    /// Fetches something and prints it.
    case downloader
    /// Runs what it is given.
    case shell
    /// Runs what it is given, unless its arguments say what to do with that.
    case interpreter
    /// Comes before the command that it runs.
    case prefix
    /// Sends what it is given; downloaders do that too.
    case sender
    /// Prints the environment.
    case environment
    /// Shows or copies a file.
    case fileReader
  }

  /// The role of a command, named by its file's name in lower case; nil for all others.
  static func role(of word: String) -> Role? { roles[word] }

  private static let roles: [String: Role] = {
    var roles: [String: Role] = [:]
    for (role, words) in lists { for word in words { roles[word] = role } }
    return roles
  }()

  private static let lists: [(Role, [String])] = [
    (
      .downloader,
      [
        "curl", "wget", "aria2c", "lynx", "iwr", "irm", "invoke-webrequest", "invoke-restmethod",
        "downloadstring",
      ]
    ),
    (
      .shell,
      [
        "sh", "bash", "zsh", "dash", "ash", "ksh", "csh", "tcsh", "fish", "pwsh", "powershell", "iex",
        "invoke-expression", "eval", "source", ".",
      ]
    ),
    (
      .interpreter,
      ["python", "python2", "python3", "node", "deno", "bun", "ruby", "perl", "php", "osascript"]
    ),
    (
      .prefix,
      [
        "sudo", "doas", "nohup", "exec", "command", "builtin", "time", "xargs", "then", "do", "else", "if",
        "while",
      ]
    ),
    (.sender, ["nc", "ncat", "netcat", "socat", "telnet", "ssh", "scp", "ftp", "sendmail", "mail"]),
    (.environment, ["env", "printenv", "set"]),
    (
      .fileReader,
      [
        "cat", "less", "more", "head", "tail", "cp", "mv", "base64", "xxd", "tar", "zip", "gpg", "openssl",
        "type",
        "get-content", "gc", "grep", "awk", "sed", "rsync", "ssh-add", "tee",
      ]
    ),
  ]

  /// The names of all commands with a role.
  static func names(of role: Role) -> [String] { roles.filter { $0.value == role }.map(\.key) }

  /// Words of which one stands in every line that `credential-access` or `environment-upload` could be about.
  static var secretClues: Set<String> {
    var words = Set(names(of: .sender) + names(of: .environment)).union(credentialNames)
    for name in credentialPairs { words.formUnion(name.split(separator: "/").prefix(1).map(String.init)) }
    for command in credentialCommands {
      words.formUnion(command.split(separator: " ").prefix(1).map(String.init))
    }
    return words
  }

  /// The word without the punctuation that text puts behind it; `.` alone is a command.
  static func withoutStop(_ word: String) -> String {
    guard let last = word.utf8.last, ".,:;!?".utf8.contains(last),
      let end = word.utf8.lastIndex(where: { !".,:;!?".utf8.contains($0) })
    else { return word }
    return String(word[...end])
  }

  /// Whether a word has nothing but letters, digits and hyphens, apart from the punctuation around it.
  static func isPlain(_ word: String) -> Bool {
    let letters = word.utf8.drop(while: isPunctuation)
    guard let last = letters.lastIndex(where: { !isPunctuation($0) }) else { return true }
    return letters[...last].allSatisfy {
      ASCII.isLetterOrDigit($0) || $0 >= 0x80 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
  }

  private static func isPunctuation(_ byte: UInt8) -> Bool { "*_~.,:;!?[]-".utf8.contains(byte) }

  /// Whether a word is the path of a file or folder that holds keys, passwords or tokens.
  static func isCredentialPath(_ word: String) -> Bool {
    let parts = word.lowercased().split { $0 == "/" || $0 == "\\" || $0 == "=" || $0 == "@" || $0 == ":" }
    guard let last = parts.last else { return false }
    // What is public may be read.
    if last.hasSuffix(".pub") || ["known_hosts", "config"].contains(last) && parts.contains(".ssh") {
      return false
    }
    if parts.contains(where: { credentialNames.contains(String($0)) }) { return true }
    return zip(parts, parts.dropFirst()).contains { credentialPairs.contains("\($0)/\($1)") }
  }

  static let credentialNames: Set<String> = [
    ".ssh", ".aws", ".azure", ".gnupg", ".kube", ".netrc", "_netrc", ".npmrc", ".pypirc", ".pgpass",
    ".git-credentials", ".vault-token", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "keychains",
    "login.keychain", "login.keychain-db",
  ]

  static let credentialPairs: Set<String> = [
    ".config/gcloud", ".config/gh", ".docker/config.json", "etc/shadow", ".cargo/credentials",
    ".cargo/credentials.toml",
  ]

  /// Whether a command with its first words, such as `gh auth token`, asks a store for a secret.
  static func isCredentialCommand(_ words: [String]) -> Bool {
    // Most words end none of them, and are not worth putting together.
    guard let last = words.last, credentialVerbs.contains(last) else { return false }
    return (2...3).contains {
      words.count >= $0 && credentialCommands.contains(words.suffix($0).joined(separator: " "))
    }
  }

  static let credentialCommands: Set<String> = [
    "security find-generic-password", "security find-internet-password", "security dump-keychain",
    "secret-tool lookup", "gh auth token", "git credential fill",
    "auth print-access-token", "auth print-identity-token", "aws configure get",
    "configure export-credentials", "keyctl print", "keyctl read", "cmdkey list", "op read",
  ]

  private static let credentialVerbs = Set(
    credentialCommands.compactMap { $0.split(separator: " ").last }.map(String.init)
  )

  /// Whether a variable's name says that it holds a secret.
  static func isSecretVariable(_ name: String) -> Bool {
    secretNames.contains(name) || secretEndings.contains { name.hasSuffix($0) }
  }

  private static let secretNames: Set<String> = [
    "GOOGLE_APPLICATION_CREDENTIALS", "KUBECONFIG", "PGPASSWORD",
  ]
  private static let secretEndings = [
    "_TOKEN", "_SECRET", "_PASSWORD", "_API_KEY", "_PRIVATE_KEY", "_SECRET_KEY", "_SECRET_ACCESS_KEY",
    "_ACCESS_KEY_ID", "_CREDENTIALS",
  ]
}
