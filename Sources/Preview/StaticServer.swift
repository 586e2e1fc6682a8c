import Disk
package import SystemPackage

/// Serves the regular files below one folder to this machine only, for `registry serve`.
///
/// GET and HEAD only; no listings and no ranges. Links are not followed, and requests for another host name are
/// refused. It is a preview for publishers, not a server for the internet.
package final class StaticServer: Sendable {
  /// One answered request, for a log line; `target` is as the client sent it and has to be escaped.
  package struct Answer: Hashable, Sendable {
    package var method: String
    /// The request target, not decoded.
    package var target: String
    /// The status of the response.
    package var status: Int
    /// The bytes of the file that were sent; 0 unless the status is 200.
    package var byteCount: Int64

    package init(method: String, target: String, status: Int, byteCount: Int64) {
      self.method = method
      self.target = target
      self.status = status
      self.byteCount = byteCount
    }
  }

  package var port: Int { listener.port }
  private let listener: ConnectionListener

  /// Starts serving a folder; port 0 lets the system choose a port.
  ///
  /// `onRequest` is called from any thread, after each response. The server ends with `stop()` or when the last
  /// reference is released.
  package init(
    folder path: FilePath,
    address: String = "127.0.0.1",
    port: Int = 0,
    limits: PreviewLimits = PreviewLimits(),
    paths: ServedPaths = .all,
    onRequest: @escaping @Sendable (Answer) -> Void = { _ in }
  ) throws(PreviewError) {
    guard let host = LoopbackHost(rawValue: address == "localhost" ? "127.0.0.1" : address) else {
      throw .notLoopback(address: address)
    }
    let folder: StaticFolder
    do { folder = try StaticFolder(path, paths: paths) } catch {
      throw .folder(path: path, errno: error.code)
    }
    let connection = StaticConnection(folder: folder, limits: limits, onRequest: onRequest)
    do {
      listener = try ConnectionListener(host: host, port: port, maxConnections: limits.maxConnections) {
        // A client that disconnected or was too slow is not an error of the server.
        try? connection.run($0)
      }
    } catch { throw .listen(host: host, port: port, errno: error) }
  }

  /// Closes the port and all connections, then returns.
  package func stop() async {
    await listener.stop()
  }
}
