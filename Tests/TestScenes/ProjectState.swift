import Foundation
package import SystemPackage

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Everything a user can see of a project, byte for byte, to compare before and after.
package struct ProjectState: Equatable, Sendable {
  /// What of a project is looked at.
  package enum Scope: Sendable {
    /// Everything outside the cache, and in it refs, logs and views: what a failed command may not change.
    case visible
    /// Every name with its inode and its times of change: what a command that only reads may not change.
    case everything
  }

  /// One line of text for each name, by path.
  package let entries: [String: String]

  /// Looks at a folder that holds a project at `project`.
  package init(of folder: FilePath, project: String, _ scope: Scope) throws {
    let cache = "\(project)/.ai/registry-cache/"
    var entries: [String: String] = [:]
    let names = FileManager.default.enumerator(atPath: folder.string)
    while let path = names?.nextObject() as? String {
      if scope == .visible, path.hasPrefix(cache), Self.isFrame(path.dropFirst(cache.count)) { continue }
      if scope == .visible, path + "/" == cache { continue }
      entries[path] = try Self.describe(folder.appending(path), scope)
    }
    self.entries = entries
  }

  /// Whether a path of the cache is of the parts that carry no state a user sees: objects may be added,
  /// and locks and what is remembered of the last check may come and go.
  private static func isFrame(_ path: Substring) -> Bool {
    let first = path.prefix { $0 != "/" }
    return ["objects", "state", "lock", "format", "README.md", ".gitignore"].contains(first)
      // The folders alone say nothing.
      || ["refs", "logs", "refs/registries", "refs/synced", "refs/sources", "logs/registries"].contains(path)
      || first.hasPrefix(".tmp_")
  }

  private static func describe(_ path: FilePath, _ scope: Scope) throws -> String {
    var attributes = stat()
    guard lstat(path.string, &attributes) == 0 else { throw Errno(rawValue: errno) }
    var text = "mode \(String(attributes.st_mode, radix: 8))"
    if scope == .everything {
      text += " inode \(attributes.st_ino) owner \(attributes.st_uid) "
      #if canImport(Darwin)
        text += "\(attributes.st_mtimespec) \(attributes.st_ctimespec)"
      #else
        text += "\(attributes.st_mtim) \(attributes.st_ctim)"
      #endif
    }
    switch attributes.st_mode & S_IFMT {
    case S_IFREG:
      let data = try Data(contentsOf: URL(fileURLWithPath: path.string))
      text += " file \(data.base64EncodedString())"
    case S_IFLNK: text += " link \(try FileManager.default.destinationOfSymbolicLink(atPath: path.string))"
    default: break
    }
    return text
  }

  /// The paths that differ, for a message; empty when nothing does.
  package func differences(from other: ProjectState) -> [String] {
    Set(entries.keys).union(other.entries.keys).filter { entries[$0] != other.entries[$0] }.sorted()
  }
}
