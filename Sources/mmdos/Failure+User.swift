import Formats
import RegistrySync
import SystemPackage

// The words for the user's own configuration.
extension Failure {
  init(user error: UserConfigurationError) {
    switch error {
    case .missing(let path):
      self.init(
        ExitCodes.absent,
        "no-configuration",
        "there is no configuration \(path.quoted)",
        hint: "MMDOS_CONFIG names it; MMDOS_CONFIG= does without"
      )
    case .unsafe(let path, let place): self.init(unsafeConfiguration: path, place)
    case .invalid(let path, let problem):
      let place = problem.position.map { ":\($0)" } ?? ""
      self.init(
        ExitCodes.failure,
        "invalid-configuration",
        "\(path)\(place): \(problem.words)",
        hint: "docs/configuration.md lists the keys; MMDOS_CONFIG= does without the file"
      )
    case .credential(let path, let position, let origin, let problem):
      self.init(
        ExitCodes.failure,
        "credential",
        "\(path):\(position): the login for '\(origin)' cannot be used: \(problem.words)",
        hint: problem.hint
      )
    }
  }

  private init(unsafeConfiguration path: FilePath, _ place: UserConfigurationError.UnsafePlace) {
    let (why, cure) =
      switch place {
      case .ownedByAnotherUser(let owner):
        ("belongs to another user (\(owner))", "make it your own, or MMDOS_CONFIG= to do without")
      case .writableByOthers(let mode):
        (
          "may be written to by others (mode \(String(mode, radix: 8)))",
          "chmod go-w \(ShellWord.quote(path.string)), and look at what is configured"
        )
      }
    self.init(
      ExitCodes.policy,
      "unsafe-configuration",
      "your configuration is not used: \(path.quoted) \(why)",
      hint: cure
    )
  }
}

extension CredentialProblem {
  fileprivate var words: String {
    switch self {
    // Neither the value nor the variable's name is repeated: either may be the secret, written in the wrong place.
    case .variableNotSet: "the environment variable that it names is not set"
    case .unusableSecret: "the secret has white space or characters outside ASCII"
    case .noPassword: "basic_env needs a variable with USER:PASSWORD"
    case .noNetrc(let path):
      path.map { "\($0.quoted) is not there or cannot be read" }
        ?? "neither NETRC nor HOME says where .netrc is"
    case .unsafeNetrc(let path): "\(path.quoted) is not yours, or others may read or change it"
    case .notInNetrc(let path): "\(path.quoted) has no login and password for that machine"
    case .commandFailed(let program): "'\(program)' could not be run, failed, or printed nothing"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .variableNotSet: "export the variable, or remove the entry"
    case .unusableSecret, .noPassword: "it is the token alone, or USER:PASSWORD for basic_env"
    case .noNetrc, .notInNetrc:
      "a line 'machine HOST login USER password PASSWORD' in it, or another key of the entry"
    case .unsafeNetrc(let path): "chmod 600 \(ShellWord.quote(path.string))"
    case .commandFailed: "run it in a terminal to see why; it has to print the token on its first line"
    }
  }
}

extension Failure {
  /// A path begins with `~`, and not in a home that is known.
  ///
  /// `place`: The environment variable or file that holds it, if one does.
  init(home problem: HomePath.Problem, in place: String? = nil) {
    let place = place.map { "\($0): " } ?? ""
    switch problem {
    case .ofAnotherUser(let path):
      self.init(
        ExitCodes.usage,
        "unknown-home",
        "\(place)'\(path)' is in another user's home, which mmdos does not look up",
        hint: "write the path out; a name that begins with '~' itself is './~…'"
      )
    case .homeNotSet(let path):
      self.init(
        ExitCodes.usage,
        "unknown-home",
        "\(place)'\(path)' is in your home, but HOME is not set to an absolute path",
        hint: "set HOME, or write the path out"
      )
    }
  }
}
