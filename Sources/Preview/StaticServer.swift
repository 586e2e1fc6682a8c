import Disk
package import SystemPackage

/// Serves the regular files below one folder to this machine only, for `registry serve`.
///
/// GET and HEAD, no listings, no ranges, no link followed, and nothing that is not asked for by a loopback
/// name. A preview for people who publish; not a server for the internet.
package final class StaticServer: Sendable {
  /// One answered request, for a log line; `target` is as the client sent it, so escape it.
  package struct Answer: Hashable, Sendable {
    /// The method, as sent.
    package var method: String
    /// The request target, undecoded.
    package var target: String
    /// The status it was answered with.
    package var status: Int
    /// Bytes of the file that were sent; 0 unless the status is 200.
    package var byteCount: Int64

    /// Describes an answer.
    package init(method: String, target: String, status: Int, byteCount: Int64) {
      self.method = method
      self.target = target
      self.status = status
      self.byteCount = byteCount
    }
  }

  /// The port that is listened on.
  package var port: Int { listener.port }
  private let listener: ConnectionListener

  /// Starts serving a folder; port 0 lets the system choose one.
  ///
  /// `onRequest` is called from any thread, after each answer. The server ends with `stop()` or with its last
  /// reference.
  package init(
    folder path: FilePath,
    address: String = "127.0.0.1",
    port: Int = 0,
    limits: PreviewLimits = PreviewLimits(),
    onRequest: @escaping @Sendable (Answer) -> Void = { _ in }
  ) throws(PreviewError) {
    guard let host = LoopbackHost(rawValue: address == "localhost" ? "127.0.0.1" : address) else {
      throw .notLoopback(address: address)
    }
    let folder: StaticFolder
    do { folder = try StaticFolder(path) } catch { throw .folder(path: path, errno: error.code) }
    let connection = StaticConnection(folder: folder, limits: limits, onRequest: onRequest)
    do {
      listener = try ConnectionListener(host: host, port: port, maxConnections: limits.maxConnections) {
        // A client that went away or took too long is no failure of the server.
        try? connection.run($0)
      }
    } catch { throw .listen(host: host, port: port, errno: error) }
  }

  /// Closes the port and all connections, then returns.
  package func stop() async {
    await listener.stop()
  }
}
