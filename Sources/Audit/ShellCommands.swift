/// What known commands do with data: load it, pass it on, run it or send it.
enum ShellCommands {
  enum Role {
    /// Loads something from the network.
    case fetcher
    /// Runs what it is given as commands.
    case shell
    /// Runs its arguments as commands, or the file that they name.
    case evaluator
    /// Runs a program in another language.
    case interpreter
    /// Runs the command behind it.
    case prefix
    /// Sends what it is given.
    case sender
    /// Copies files, also to other machines.
    case copier
    /// Queries name servers, which can also send data.
    case resolver
    /// Prints the environment.
    case environment
    /// Prints or packs files.
    case reader
    /// Prints lines of files that match.
    case searcher
    /// Prints its arguments.
    case printer
    /// Decodes.
    case decoder
    /// Checks digests or signatures.
    case verifier
    /// Runs a command on another machine.
    case remote
    /// Programs of Windows that run what an address names.
    case host
    /// Installs or runs packages.
    case package
    /// Reads or changes only names and permissions of files, or only writes files.
    case neutral
  }

  /// The role of a command; `name` is in lower case.
  static func role(of name: String) -> Role? { roles[name] }

  /// The names of all commands that have a role, also if it is not their last one.
  static func names(of role: Role) -> [String] {
    lists.filter { $0.0 == role }.flatMap { $0.1.split(separator: " ").map(String.init) }
  }

  private static let roles: [String: Role] = {
    var roles: [String: Role] = [:]
    for (role, names) in lists { for name in names.split(separator: " ") { roles[String(name)] = role } }
    return roles
  }()

  private static let lists: [(Role, String)] = [
    (
      .fetcher,
      "curl wget wget2 aria2c lynx w3m links elinks http https httpie xh curlie iwr irm invoke-webrequest "
        + "invoke-restmethod start-bitstransfer bitsadmin certutil lwp-request axel"
    ),
    (.shell, "sh bash zsh dash ash ksh mksh csh tcsh fish rbash pwsh powershell cmd nu"),
    (.evaluator, "eval source . iex invoke-expression [scriptblock]::create"),
    (
      .interpreter,
      "python python2 python3 pypy pypy3 node nodejs deno bun ruby perl php osascript lua tclsh rscript groovy jshell"
    ),
    (
      .prefix,
      "sudo doas nohup exec command builtin time xargs timeout nice ionice setsid stdbuf env busybox unbuffer watch "
        + "parallel chroot su runuser flock strace then do else if while until elif ! { } run entrypoint start call "
        + "start-process proxychains torsocks chronic script"
    ),
    (.sender, "nc ncat netcat socat telnet ftp sendmail mail mailx mutt sftp tftp"),
    (.copier, "cp mv scp rsync install rclone gsutil"),
    (.resolver, "dig nslookup host drill ping resolvectl"),
    (.environment, "printenv export declare set compgen"),
    (
      .reader,
      "cat less more head tail tac nl base64 base32 xxd od hexdump strings tar zip gzip bzip2 xz 7z gpg openssl type "
        + "get-content gc bat batcat tee dd awk cut sort uniq rev tr pbcopy xclip jq yq"
    ),
    (.searcher, "grep egrep fgrep rg ag sed select-string sls"),
    (.printer, "echo printf print write-output write-host"),
    (.decoder, "base64decode uudecode"),
    (.verifier, "sha256sum sha512sum sha1sum shasum md5sum b2sum cosign minisign signify gpgv slsa-verifier"),
    (.remote, "ssh plink mosh"),
    (.host, "mshta regsvr32 rundll32 msiexec wscript cscript installutil hh"),
    (.package, "npx bunx npm pnpm yarn pip pip2 pip3 pipx uv uvx gem easy_install"),
    (
      .neutral,
      "mkdir chmod chown chgrp ls ll dir tree test [ [[ touch cd pushd popd ssh-keygen ssh-copy-id ssh-add ssh-keyscan "
        + "stat rm rmdir unlink ln find fd umask vi vim nvim nano emacs code open git git-crypt sops unset alias "
        + "file readlink realpath basename dirname which whereis icacls attrib new-item remove-item set-content "
        + "add-content out-file test-path du df wc diff cmp md5 kubectl helm ansible ansible-playbook docker podman "
        + "terraform aws az gcloud read return exit kill trap assert ignore rsyslog chattr setfacl getfacl restorecon "
        + "truncate shred srm import-module get-childitem gci get-acl set-acl join-path split-path resolve-path"
    ),
  ]

  /// Whether the first words of a command, such as `gh auth token`, ask for a secret.
  ///
  /// - Returns: The index of the word that asks for it.
  static func secretQuery(_ words: ArraySlice<ShellWord>) -> Int? {
    guard words.prefix(8).contains(where: { queryEnds.contains($0.commandName) }) else { return nil }
    let names = words.prefix(8).enumerated().filter { !$0.element.isOption }.prefix(4)
    let texts = names.map(\.element.commandName)
    for count in stride(from: texts.count, to: 1, by: -1) {
      for start in 0...(texts.count - count) {
        let phrase = texts[start..<(start + count)].joined(separator: " ")
        if queries.contains(phrase) { return names[names.startIndex + start + count - 1].offset }
      }
    }
    return nil
  }

  private static let queries: Set<String> = [
    "security find-generic-password", "security find-internet-password", "security dump-keychain",
    "secret-tool lookup", "gh auth token", "git credential fill", "gcloud auth print-access-token",
    "auth print-access-token", "auth print-identity-token", "aws configure get aws_secret_access_key",
    "aws configure get aws_session_token", "aws configure get aws_access_key_id",
    "configure export-credentials",
    "keyctl print", "keyctl read", "cmdkey list", "op read", "glab auth token",
  ]

  private static let queryEnds = Set(queries.compactMap { $0.split(separator: " ").last }.map(String.init))

  /// Whether a word names a package by an address instead of a name in a registry.
  static func isPackageAddress(_ word: String) -> Bool {
    let lower = word.lowercased()
    return ["git+", "http://", "https://", "github:", "gitlab:", "bitbucket:", "git://", "gist:"].contains {
      lower.hasPrefix($0)
    } || lower.contains("@git+") || lower.contains("@http://") || lower.contains("@https://")
  }

  /// Whether the value of a package manager's option is the address of a registry, not a package.
  static func namesRegistry(_ option: String) -> Bool {
    registryOptions.contains(option.lowercased())
  }

  private static let registryOptions: Set<String> =
    [
      "-i", "--index-url", "--extra-index-url", "--index", "--default-index", "--registry", "-f",
      "--find-links",
      "--proxy", "--trusted-host", "--source", "-s", "--pip-args",
    ]

  /// Whether the value of an option is a key or a configuration, which the command is meant to use.
  static func usesKey(_ option: String) -> Bool {
    option.utf8.first == UInt8(ascii: "-") && keyOptions.contains(option.lowercased())
  }

  private static let keyOptions: Set<String> =
    [
      "-i", "-f", "--private-key", "--identity-file", "--identity", "--kubeconfig", "--ssh-key", "--key",
      "--key-file",
      "--config", "--env-file", "--secret", "-v", "--volume", "--mount", "-e", "-k", "-o", "--output",
      "--netrc-file",
      "--cert", "--netrc", "--keyfile", "--credentials-file", "--out", "-c",
    ]
}
