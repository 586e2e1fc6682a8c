/// The words without one of which the rules about commands find nothing; see `ShellSigns`.
enum ShellSignWords {
  /// What a byte is in a text that is searched for words.
  enum Kind: UInt8 {
    case letter
    /// It may stand within a word and is dropped then.
    case quote
    case other
    /// It may make words of pieces.
    case sign
  }

  /// When a word matters.
  enum Sign {
    case always
    /// In code only.
    case package
    /// Behind a dot: `.ssh`.
    case behindDot
    /// Unless it is the scheme of an address.
    case scheme
    /// Together with a sink; behind a dot always.
    case environment
    /// Together with a command that prints the environment; behind a dot always.
    case sink
    /// Together with a call.
    case interpreter
    /// Together with backticks.
    case printer
  }

  static let kinds: [Kind] = (0...255).map { byte in
    switch UInt8(byte) {
    case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "_"), UInt8(ascii: "-"): .letter
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): .quote
    case UInt8(ascii: "$"), UInt8(ascii: "\\"), UInt8(ascii: "<"), UInt8(ascii: ">"), 0xE2: .sign
    default: .other
    }
  }

  static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  /// A part of a word of any length.
  static let decoder: StaticString = "frombase64string"

  /// Parts of words by which a program runs what it has, besides calls.
  static let runners: [StaticString] = ["eval", "subprocess", "invoke-expression"]

  static let all: [String: Sign] = {
    var all: [String: Sign] = [:]
    func add(_ names: some Sequence<String>, _ sign: Sign) {
      for name in names where all[name] == nil { all[name] = sign }
    }
    add(words("http https"), .scheme)
    for role in [ShellCommands.Role.fetcher, .sender, .host, .decoder] {
      add(ShellCommands.names(of: role), .always)
    }
    // Commands of other roles that load, decode or query, and what addresses of connections and secrets hold.
    add(words("base64 base32 openssl xxd rev tr powershell pwsh deno bun tcp udp"), .always)
    add(words("downloadstring downloadfile downloaddata"), .always)
    add(
      words(
        "find-generic-password find-internet-password dump-keychain secret-tool keyctl cmdkey glab gh credential "
          + "print-access-token print-identity-token aws_secret_access_key aws_session_token aws_access_key_id "
          + "export-credentials op"
      ),
      .always
    )
    add(
      words(
        "_netrc id_rsa id_dsa id_ecdsa id_ed25519 keychain keychain-db keychains key4 logins cookies wallet secring "
          + "accesstokens msal_token_cache application_default_credentials shadow gshadow login chrome keyrings rclone"
      ),
      .always
    )
    add(
      words(
        "aws gnupg azure kube docker cargo config local subversion terraform netrc npmrc pypirc pgpass "
          + "git-credentials vault-token"
      ),
      .behindDot
    )
    add(ShellCommands.names(of: .environment) + ["env"], .environment)
    add(ShellCommands.names(of: .resolver) + ShellCommands.names(of: .remote), .sink)
    add(ShellCommands.names(of: .interpreter), .interpreter)
    add(ShellCommands.names(of: .printer), .printer)
    add(ShellCommands.names(of: .package), .package)
    return all
  }()

  private static func words(_ list: String) -> [String] { list.split(separator: " ").map(String.init) }

  // MARK: Looking up

  /// The number of places of the sieve.
  static let sieveSize = 1 << 14
  /// The places that the hashes of the words have; most words of a text have none of them.
  static let sieve: [Bool] = {
    var sieve = [Bool](repeating: false, count: Int(sieveSize))
    for word in all.keys { sieve[place(of: word.utf8.reduce(0, next))] = true }
    return sieve
  }()

  /// Adds a letter of either case to a word, of which the last eight letters count.
  static func next(_ word: UInt64, _ byte: UInt8) -> UInt64 { word &<< 8 | UInt64(byte | 0x20) }

  /// The place of a word in the sieve.
  static func place(of word: UInt64) -> Int {
    Int(truncatingIfNeeded: (word &* 0x9E37_79B9_7F4A_7C15) &>> 50)
  }
}
