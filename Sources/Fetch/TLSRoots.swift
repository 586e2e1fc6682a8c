import CCurl
import SystemPackage

/// The trusted root certificates; loaded once, then only read.
final class TLSRoots: Sendable {
  /// Larger than any bundle of roots, in bytes; a device file instead of one must not fill memory.
  private static let maxFileBytes = 16 << 20

  /// Not written to after `init`, and OpenSSL does its own locking for readers.
  nonisolated(unsafe) let pointer: OpaquePointer

  /// The system's roots, or those of `SSL_CERT_FILE` or `SSL_CERT_DIR`, and in addition `caFiles`.
  ///
  /// A folder of hashed names is not loaded here: OpenSSL looks up certificates in it when needed.
  ///
  /// - Throws: `FetchError.certificateFile` for a named file that cannot be used; `.httpLibrary`.
  init(caFiles: [FilePath], environment: [String: String]) throws(FetchError) {
    guard let roots = ccurl_roots_make() else { throw .httpLibrary(.failed) }
    pointer = roots
    if let path = environment["SSL_CERT_FILE"], !path.isEmpty {
      try add(FilePath(path))
    } else if let path = environment["SSL_CERT_DIR"], !path.isEmpty {
      guard ccurl_roots_add_folder(roots, path) == 1 else {
        throw .certificateFile(path: FilePath(path), cause: .unreadable)
      }
    } else {
      guard ccurl_roots_add_system(roots) == 1 else { throw .httpLibrary(.failed) }
    }
    for file in caFiles { try add(file) }
  }

  deinit {
    ccurl_roots_free(pointer)
  }

  private func add(_ path: FilePath) throws(FetchError) {
    let bytes: [UInt8]
    do { bytes = try Self.read(path) } catch { throw .certificateFile(path: path, cause: .unreadable) }
    let count = bytes.withUnsafeBytes { ccurl_roots_add_pem(pointer, $0.baseAddress, $0.count) }
    guard count > 0 else { throw .certificateFile(path: path, cause: .noCertificate) }
  }

  private static func read(_ path: FilePath) throws -> [UInt8] {
    let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
    return try descriptor.closeAfter {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 64 * 1024)
      while bytes.count < maxFileBytes {
        let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        if count == 0 { break }
        bytes += buffer[..<count]
      }
      return bytes
    }
  }
}
