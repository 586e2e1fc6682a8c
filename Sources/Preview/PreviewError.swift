package import SystemPackage

/// Why the preview server did not start.
package enum PreviewError: Error, Hashable, Sendable {
  /// The address is not `127.0.0.1`, `::1` or `localhost`.
  case notLoopback(address: String)
  /// The folder cannot be opened.
  case folder(path: FilePath, errno: Errno)
  /// Listening on the address failed; with port 0 no free port was found.
  case listen(host: LoopbackHost, port: Int, errno: Errno)
}
