import SystemPackage

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

// Preview: the loopback server of `registry serve`.
//
// It serves one folder to this machine, so that a publisher can look at a registry before anyone else does. It knows
// nothing of registries, the store or the client, and never listens on another address than the loopback's.

/// A folder whose regular files may be read, reached without following a link (DESIGN section 1.11).
///
/// Closed when the last reference goes.
final class StaticFolder: Sendable {
  private let descriptor: FileDescriptor

  /// Opens a folder; the path to it may contain links.
  init(_ path: FilePath) throws(Errno) {
    let raw = path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard raw >= 0 else { throw Errno(rawValue: errno) }
    descriptor = FileDescriptor(rawValue: raw)
  }

  deinit {
    // Closing a descriptor that was only read from cannot lose anything.
    try? descriptor.close()
  }

  /// Opens a file below the folder; nil if there is none that may be served.
  func find(_ components: [String]) -> StaticFile? {
    guard let name = components.last else { return nil }
    var folder = descriptor.rawValue
    defer { if folder != descriptor.rawValue { close(folder) } }
    for component in components.dropLast() {
      let next = openat(folder, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else { return nil }
      if folder != descriptor.rawValue { close(folder) }
      folder = next
    }
    // O_NONBLOCK: opening a pipe must not wait for its other end.
    let raw = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    return raw >= 0 ? StaticFile(takingOver: raw) : nil
  }
}

/// An open regular file; closed when the last reference goes.
final class StaticFile: Sendable {
  let byteCount: Int64
  /// A strong entity tag: whoever changes a file changes its times.
  let etag: String
  private let descriptor: FileDescriptor

  fileprivate init?(takingOver raw: CInt) {
    var status = stat()
    guard fstat(raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(raw)
      return nil
    }
    descriptor = FileDescriptor(rawValue: raw)
    byteCount = Int64(status.st_size)
    #if canImport(Darwin)
      let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
    #else
      let (modified, changed) = (status.st_mtim, status.st_ctim)
    #endif
    let times = [modified, changed].map { "\($0.tv_sec).\($0.tv_nsec)" }.joined(separator: "-")
    etag = "\"\(status.st_ino)-\(byteCount)-\(times)\""
  }

  deinit {
    // Closing a descriptor that was only read from cannot lose anything.
    try? descriptor.close()
  }

  /// Reads up to `count` bytes from `offset`; fewer than asked for only at the end of the file.
  func read(at offset: Int64, count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      while initializedCount < count {
        let rest = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[initializedCount...]
        )
        let got = try descriptor.read(fromAbsoluteOffset: offset + Int64(initializedCount), into: rest)
        if got == 0 { return }
        initializedCount += got
      }
    }
  }
}
