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
    case .unusableSecret: "the environment variable that it names has white space or characters outside ASCII"
    case .noPassword: "basic_env needs a variable with USER:PASSWORD"
    case .notYetSupported(let key): "this version does not act on '\(key)' yet"
    }
  }

  fileprivate var hint: String {
    switch self {
    case .variableNotSet: "export the variable, or remove the entry"
    case .unusableSecret, .noPassword:
      "set the variable to the token alone, or to USER:PASSWORD for basic_env"
    case .notYetSupported: "bearer_env or basic_env names an environment variable with the secret"
    }
  }
}
