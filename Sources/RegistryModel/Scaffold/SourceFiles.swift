/// The paths of a folder from which a registry is made, sorted by their bytes.
package struct SourceFiles: Sendable {
  package let paths: [String]
  private let known: Set<String>

  package init(_ paths: [ManifestPath]) {
    self.init(sorting: paths.map(\.description))
  }

  package init(sorting paths: [String]) {
    self.paths = paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    known = Set(paths)
  }

  package func contains(_ path: String) -> Bool { known.contains(path) }

  /// All paths below a folder; all there are below the empty one.
  package func below(_ folder: String) -> ArraySlice<String> {
    guard !folder.isEmpty else { return paths[...] }
    let prefix = folder + "/"
    var (low, high) = (0, paths.count)
    while low < high {
      let middle = low + (high - low) / 2
      if paths[middle].utf8.lexicographicallyPrecedes(prefix.utf8) { low = middle + 1 } else { high = middle }
    }
    return paths[low...].prefix { $0.utf8.starts(with: prefix.utf8) }
  }
}

/// Paths as texts, with `/` between their names; the empty path is the root.
package enum SourcePath {
  package static func parent(_ path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
  }

  package static func name(_ path: String) -> String {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[path.utf8.index(after: $0)...]) } ?? path
  }

  package static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty ? name : name.isEmpty ? folder : folder + "/" + name
  }

  /// The path relative to a folder that it is below.
  package static func relative(_ path: String, to folder: String) -> String {
    folder.isEmpty ? path : String(Substring(path.utf8.dropFirst(folder.utf8.count + 1)))
  }

  package static func isBelow(_ path: String, _ folder: String) -> Bool {
    folder.isEmpty || path.utf8.starts(with: (folder + "/").utf8)
  }

  /// The names from the root.
  package static func names(_ path: String) -> [String] {
    path.utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
  }

  /// Follows a relative path such as `./a/../b` from a folder; nil where it leads out of the root, or is absolute.
  package static func resolve(_ path: String, from folder: String) -> String? {
    guard path.utf8.first != UInt8(ascii: "/") else { return nil }
    var names = names(folder)
    for name in Self.names(path) where name != "." {
      guard name == ".." else {
        names.append(name)
        continue
      }
      if names.popLast() == nil { return nil }
    }
    return names.joined(separator: "/")
  }
}
