package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Folder {
  /// The absolute path without links and dots, as the system finds it now (realpath(3)).
  ///
  /// To tell folders apart by what was written about them, never to open them.
  ///
  /// - Throws: `DiskError` where the path leads nowhere any more.
  package func realPath() throws(DiskError) -> FilePath {
    guard let real = path.withPlatformString({ realpath($0, nil) }) else {
      throw DiskError(.inspect, path, Errno(rawValue: errno))
    }
    defer { free(real) }
    return FilePath(platformString: real)
  }
}
