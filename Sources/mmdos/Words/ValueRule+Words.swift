import Formats
import RegistryModel
import RegistrySync

extension TextProblem.ValueRule {
  /// The rule, worded to follow the name and the value: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .oneOf(let words): "must be one of \(words.map(\.quotedForMessage).joined(separator: ", "))"
    case .between(let low, let high): "must be from \(low) to \(high)"
    case .durationBetween(let low, let high):
      "must be from \(DurationText.text(of: low)) to \(DurationText.text(of: high))"
    case .notEmpty: "must not be empty"
    case .shape(let shape): "must be \(shape.words)"
    case .distinct: "must not be named twice"
    case .conflicts(let key, let value): "does not go with \(key.quotedForMessage) \(value.quotedForMessage)"
    case .refused(let problem): problem.words
    }
  }
}

extension TextProblem.Shape {
  fileprivate var words: String {
    switch self {
    case .fileExtension: "a dot followed by letters and digits"
    case .relativePath: "a relative path inside the project, with '/' and without '..'"
    case .keyID: "letters, digits, '_' and '-'"
    case .sha256: "64 lower-case hexadecimal digits"
    case .oneLine: "one line without control or invisible characters"
    case .machinePath:
      "a path of one line; '~/' is your own home, another user's is not looked up: write it out ('./~name' is a folder of that name)"
    case .wholeNumber: "digits only, without leading zeros"
    }
  }
}

extension ValueProblem {
  /// The words of the type that refused the value.
  ///
  /// A type that is missing here is found by a test, not by the compiler: Formats cannot list the types of the targets
  /// above it.
  var words: String {
    switch error {
    case let problem as RegistryNameProblem: problem.words
    case let problem as URLProblem: problem.words
    case let problem as PathProblem: problem.words
    case let problem as SlugProblem: problem.words
    case let problem as PluginProblem: problem.words
    case let problem as KeyProblem: problem.words
    case let problem as TimestampProblem: problem.words
    case let problem as VersionProblem: problem.words
    case let problem as AuditExceptionProblem: problem.words
    case let problem as LockEntryProblem: problem.words
    case let problem as InstallRecordProblem: problem.words
    case let problem as UserConfigurationProblem: problem.words
    case let problem as SourceProblem: problem.words
    case let problem as PathPatternProblem: problem.words
    case let problem as WriteRootProblem: problem.words
    default: "an error without words: \(type(of: error))"
    }
  }
}

extension AuditExceptionProblem {
  fileprivate var words: String {
    switch self {
    case .malformed: "must be a rule of the content audit, '@', and the 64 digits of an object id"
    }
  }
}

extension UserConfigurationProblem {
  fileprivate var words: String {
    switch self {
    case .notAbsolutePath: "must be an absolute path, or begin with '~/', without wildcards"
    case .notAHost: "must be a host name, with ':' and a port if that is not 443"
    case .notAVariable: "must be the name of an environment variable, not the secret itself"
    case .notOneMethod: "needs exactly one of bearer_env, basic_env, netrc and command"
    }
  }
}

extension PathPatternProblem {
  fileprivate var words: String {
    switch self {
    case .namesNothing: "must name a file or folder, '**' alone and '..' do not"
    }
  }
}

extension WriteRootProblem {
  fileprivate var words: String {
    switch self {
    case .neverWritten:
      "no plugin is installed there: roots are '.ai/', 'adapters/' and folders in them; install_targets has the "
        + "folders of tools"
    }
  }
}

extension SourceProblem {
  fileprivate var words: String {
    switch self {
    case .addressOfAFolder: "must be a folder, not an address"
    case .mirrorOfItself: "is the registry's own url, which is asked first in any case"
    case .tooManyMirrors(let limit): "must not have more than \(limit) addresses"
    }
  }
}

extension LockEntryProblem {
  fileprivate var words: String {
    switch self {
    case .hasErrors: "an entry with errors is not used"
    }
  }
}

extension InstallRecordProblem {
  fileprivate var words: String {
    switch self {
    case .notASource: "it is no source"
    case .notAnObjectID: "it is no object id"
    case .notAHash: "it is not 'sha256:' and an object id"
    case .notTargets: "it is no install target, or it stands in the wrong order"
    case .notAFolder: "it is no folder of a tool"
    }
  }
}

extension TimestampProblem {
  /// What is wrong, worded to follow the text: lower case, no full stop.
  var words: String {
    switch self {
    case .badShape(let offset): "not of the form '2026-01-14T08:00:00Z' from byte \(offset) on"
    case .yearOutOfRange(let year): "year \(year) is not within 1970 to 9999"
    case .monthOutOfRange(let month): "there is no month \(month)"
    case .dayOutOfRange(let day): "the month has no day \(day)"
    case .timeOutOfRange(let hour, let minute, let second): "there is no time \(hour):\(minute):\(second)"
    case .leapSecond: "leap seconds are not supported"
    case .offsetOutOfRange(let hours, let minutes): "there is no offset \(hours):\(minutes)"
    case .fractionTooLong(let digits): "the fraction has \(digits) digits, more than 9"
    }
  }
}

extension VersionProblem {
  /// What is wrong, worded to follow the version: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .tooLong(let bytes, let limit): "the version is \(bytes) bytes long, more than \(limit)"
    case .notThreeParts(let count): "the version has \(count) parts, not major.minor.patch"
    case .notANumber(let part): "\(part.quotedForMessage) is not a number"
    case .leadingZero(let part): "\(part.quotedForMessage) has a leading zero"
    case .numberTooLong(let digits, let limit): "a number has \(digits) digits, more than \(limit)"
    case .emptyIdentifier: "an identifier is empty"
    case .badIdentifier(let part): "\(part.quotedForMessage) is not made of letters, digits and hyphens"
    }
  }
}
