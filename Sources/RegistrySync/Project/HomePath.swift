package import SystemPackage

/// `~` at the beginning of a path that no shell replaced: it was quoted, or stands in a file.
package enum HomePath {
  /// What a text means.
  package enum Meaning: Equatable, Sendable {
    /// The path itself; it does not begin with `~`.
    case plain
    /// A path in the user's own home.
    case home(FilePath)
    /// The home of another user, or the user's own where nobody says where that is.
    case unknown
  }

  /// `home`: The user's home; nil where it is not known.
  package static func meaning(of text: String, home: FilePath?) -> Meaning {
    guard text.hasPrefix("~") else { return .plain }
    guard let home, text == "~" || text.hasPrefix("~/") else { return .unknown }
    // What follows is below the home, however many slashes there are.
    return .home(home.pushing(FilePath(String(text.dropFirst().drop { $0 == "/" }))))
  }

  /// The path that a text in a file means: in the user's home where it begins with `~/`, else as it stands.
  static func expand(_ text: String, home: FilePath?) -> FilePath {
    if case .home(let path) = meaning(of: text, home: home) { path } else { FilePath(text) }
  }
}

extension UserSettings {
  /// A path of a file that people edit: in the user's home where it begins with `~/`, else relative to a folder.
  package func path(_ text: String, from folder: FilePath) -> FilePath {
    if case .home(let path) = HomePath.meaning(of: text, home: home) { return path }
    return folder.pushing(FilePath(text))
  }
}
