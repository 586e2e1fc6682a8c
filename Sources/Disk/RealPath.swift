package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Paths without links, `.` and `..`, as the file system resolves them.
package enum RealPath {
  /// The real path of what is there.
  ///
  /// - Throws: `DiskError`; ENOENT when nothing is there.
  package static func of(_ path: FilePath) throws(DiskError) -> FilePath {
    guard let real = path.withPlatformString({ realpath($0, nil) }) else {
      throw DiskError(.inspect, path, Errno(rawValue: errno))
    }
    defer { free(real) }
    return FilePath(platformString: real)
  }

  /// The real path of what is there, or will be in a folder that is there; nil when not even that can be told.
  package static func ofFuture(_ path: FilePath) -> FilePath? {
    // try?: why a path cannot be resolved does not matter to who compares it.
    if let real = try? of(path) { return real }
    guard let name = path.lastComponent, name.kind == .regular else { return nil }
    return (try? of(path.removingLastComponent()))?.appending(name)
  }

  /// The real path of an open folder; nil when its path leads elsewhere by now.
  package static func of(_ folder: Folder) throws(DiskError) -> FilePath? {
    let real = try of(folder.path)
    return try Folder.open(real).attributes().identity == folder.attributes().identity ? real : nil
  }
}
