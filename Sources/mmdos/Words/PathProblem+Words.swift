import Formats
import RegistryModel

extension PathProblem {
  /// What is wrong, worded to follow the path: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .empty: "the path is empty"
    case .tooLong(let bytes, let limit): "the path is \(bytes) bytes long, more than \(limit)"
    case .componentTooLong(let bytes, let limit): "a component is \(bytes) bytes long, more than \(limit)"
    case .tooDeep(let components, let limit): "the path has \(components) components, more than \(limit)"
    case .absolute: "the path is not relative"
    case .emptyComponent: "the path has an empty component"
    case .dotComponent(let name): "the path has a \(name.quotedForMessage) component"
    case .forbiddenCharacter(let scalar): Self.has("forbidden", scalar)
    case .controlCharacter(let scalar): Self.has("control", scalar)
    case .bidirectionalCharacter(let scalar): Self.has("direction-changing", scalar)
    case .zeroWidthCharacter(let scalar): Self.has("zero-width", scalar)
    case .ignorableCharacter(let scalar): Self.has("invisible", scalar)
    case .notNFC: "the path is not in Unicode normalization form C"
    case .leadingSpace(let name): "\(name.quotedForMessage) begins with a space"
    case .trailingSpace(let name): "\(name.quotedForMessage) ends in a space"
    case .trailingDot(let name): "\(name.quotedForMessage) ends in a dot"
    case .windowsDeviceName(let name): "\(name.quotedForMessage) is a device name on Windows"
    case .versionControlName(let name): "\(name.quotedForMessage) is a version control name"
    case .scriptPrototypeName(let name): "\(name.quotedForMessage) is a reserved name"
    case .reservedAtRoot(let name): "\(name.quotedForMessage) is reserved at the root of a registry"
    case .duplicate(let path): "\(path.quotedForMessage) is named twice"
    case .filesEqualIgnoringCase(let first, let second):
      "\(first.quotedForMessage) and \(second.quotedForMessage) differ in case only"
    case .foldersEqualIgnoringCase(let first, let second):
      "the folders \(first.quotedForMessage) and \(second.quotedForMessage) differ in case only"
    case .fileAndFolder(let file, let folder):
      "\(file.quotedForMessage) is a file and \(folder.quotedForMessage) a folder of the same name"
    }
  }

  /// Names a character by its code, as most refused ones cannot be seen.
  private static func has(_ kind: String, _ scalar: Unicode.Scalar) -> String {
    let hex = String(scalar.value, radix: 16, uppercase: true)
    let padding = String(repeating: "0", count: max(0, 4 - hex.count))
    return "the path has a \(kind) character, U+\(padding)\(hex)"
  }
}

extension RegistryNameProblem {
  /// What is wrong, worded to follow the name: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .empty: "the name is empty"
    case .tooLong(let bytes, let limit): "the name is \(bytes) characters long, more than \(limit)"
    case .badFirstCharacter(let scalar):
      "the name begins with \(String(scalar).quotedForMessage), not with a letter or digit"
    case .badCharacter(let scalar):
      "the name has \(String(scalar).quotedForMessage), which is not a letter, digit, '_' or '-'"
    case .reserved(let name): "\(name.quotedForMessage) is reserved"
    case .temporaryPrefix(let name): "\(name.quotedForMessage) begins with 'tmp_', kept for temporary files"
    case .windowsDeviceName(let name): "\(name.quotedForMessage) is a device name on Windows"
    }
  }
}

extension SlugProblem {
  /// What is wrong, worded to follow the slug: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .empty: "the slug is empty"
    case .tooLong(let bytes, let limit): "the slug is \(bytes) characters long, more than \(limit)"
    case .badCharacter(let scalar):
      "the slug has \(String(scalar).quotedForMessage), which is not a letter, digit, '_' or '-'"
    case .reserved(let slug): "the slug \(slug.quotedForMessage) is reserved"
    case .badPath(let problem): problem.words
    }
  }
}

extension LineProblem {
  /// What is wrong, worded to follow the field: lower case, no full stop, safe to print.
  var words: String {
    switch self {
    case .empty: "the text is empty"
    case .tooLong(let bytes, let limit): "the text is \(bytes) bytes long, more than \(limit)"
    case .forbiddenCharacter(let scalar):
      "the text has a forbidden character \(String(scalar).quotedForMessage)"
    }
  }
}

extension NativeKind {
  /// The kind, worded to follow "begins like".
  var words: String {
    switch self {
    case .elf: "an ELF executable"
    case .windowsProgram: "a Windows executable"
    case .machO: "a Mach-O executable"
    case .machOUniversal: "a Mach-O universal executable"
    case .webAssembly: "a WebAssembly module"
    case .javaClass: "a Java class file"
    case .dex: "an Android program"
    }
  }
}
