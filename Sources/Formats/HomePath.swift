/// `~` at the beginning of a path that no shell replaced: it was quoted, or stands in a file.
package enum HomePath {
  /// Why a text is no path.
  package enum Problem: Error, Equatable, Sendable {
    /// It is in the home of another user, which is not looked up: whoever shares a file would name another folder by it.
    case ofAnotherUser(String)
    /// It is in the user's own home, and HOME does not say where that is.
    case homeNotSet(String)
  }

  /// Whether a text is no path as it stands.
  package static func needsHome(_ text: String) -> Bool { text.hasPrefix("~") }

  /// Whether a text begins in the home of another user: with `~` and neither its end nor a slash.
  package static func isOfAnotherUser(_ text: String) -> Bool {
    needsHome(text) && text != "~" && !text.hasPrefix("~/")
  }

  /// The path that a text means; one that does not begin with `~` as it stands.
  ///
  /// `home`: The user's own home; nil where it is not known.
  package static func expand(_ text: String, home: String?) throws(Problem) -> String {
    guard needsHome(text) else { return text }
    guard !isOfAnotherUser(text) else { throw .ofAnotherUser(text) }
    guard let home else { throw .homeNotSet(text) }
    // What follows is below the home, however many slashes there are.
    return home + "/" + text.dropFirst().drop { $0 == "/" }
  }

  /// The text for a relative path: a folder that is really called `~x` is not in anybody's home.
  package static func spelling(_ path: String) -> String { needsHome(path) ? "./" + path : path }
}
