import Formats
import RegistryModel

/// To what the paths of findings are relative, as SARIF names it (section 3.14.14).
///
/// No path of this machine is written: a log is the same wherever it was made, and who reads it knows where the project is.
enum AuditBase {
  /// The view of a registry, below the project.
  case view(RegistryName)
  /// A snapshot or manifest whose files only the store has; how each of them is printed.
  case stored(String)
  /// A folder, as it was named.
  case folder(String)

  /// The name that a location refers to.
  var id: String {
    switch self {
    case .view: "VIEW"
    case .stored: "STORED"
    case .folder: "FOLDER"
    }
  }

  /// The run's `originalUriBaseIds`.
  var json: JSONValue {
    switch self {
    case .view(let name):
      let path = ".ai/registry-cache/\(name)/"
      return .object([
        ("PROJECTROOT", Self.described("the folder of the project")),
        (
          id,
          Self.below(
            "PROJECTROOT",
            path,
            "the files in use; those that the policy withholds are only in the store"
          )
        ),
      ])
    case .stored(let words): return .object([(id, Self.described(words))])
    case .folder(let path):
      let folder = path.hasSuffix("/") ? path : path + "/"
      guard folder.hasPrefix("/") else {
        return .object([
          ("WORKINGFOLDER", Self.described("the folder in which the audit was run")),
          (id, Self.below("WORKINGFOLDER", folder, "the folder that was audited")),
        ])
      }
      return .object([
        (
          id,
          .object([
            ("uri", .string("file://" + URIReference.encode(folder))),
            ("description", AuditResult.message("the folder that was audited")),
          ])
        )
      ])
    }
  }

  private static func described(_ words: String) -> JSONValue {
    .object([("description", AuditResult.message(words))])
  }

  private static func below(_ base: String, _ path: String, _ words: String) -> JSONValue {
    .object([
      ("uri", .string(URIReference.encode(path))), ("uriBaseId", .string(base)),
      ("description", AuditResult.message(words)),
    ])
  }
}

/// Paths as relative references (RFC 3986 section 4.2).
enum URIReference {
  static func encode(_ path: String) -> String {
    var uri = ""
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"), UInt8(ascii: "/"):
        uri.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        uri += "%" + (byte < 0x10 ? "0" : "") + digits
      }
    }
    return uri
  }
}
