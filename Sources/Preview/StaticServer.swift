import NIOCore
import NIOHTTP1
package import SystemPackage

/// Serves the regular files below one folder to this machine only, for `registry serve`.
///
/// GET and HEAD, no listings, no ranges, no link followed, and nothing that is not asked for by a loopback
/// name. A preview for people who publish; not a server for the internet.
package final class StaticServer: Sendable {
  /// Why the server did not start.
  package enum StartError: Error, Hashable, Sendable {
    /// The address is not `127.0.0.1`, `::1` or `localhost`.
    case notLoopback(address: String)
    /// The folder cannot be opened.
    case folder(path: FilePath, errno: Errno)
    /// The port cannot be listened on.
    case listen(port: Int, detail: String)
  }

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
  }

  typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

  /// The port that is listened on.
  package var port: Int { listener.address.port ?? 0 }
  /// The address that is listened on, `127.0.0.1` or `::1`.
  package var address: String { listener.address.ipAddress ?? "" }
  private let listener: ConnectionListener

  private init(listener: ConnectionListener) {
    self.listener = listener
  }

  /// Starts serving; port 0 lets the system choose one.
  ///
  /// `onRequest` is called from any thread, after each answer.
  package static func start(
    folder path: FilePath,
    address: String = "127.0.0.1",
    port: Int = 0,
    onRequest: @escaping @Sendable (Answer) -> Void = { _ in }
  ) async throws(StartError) -> StaticServer {
    let host = address == "localhost" ? "127.0.0.1" : address
    guard host == "127.0.0.1" || host == "::1" else { throw .notLoopback(address: address) }
    let folder: StaticFolder
    do { folder = try StaticFolder(path) } catch { throw .folder(path: path, errno: error) }
    do {
      let listener = try await ConnectionListener.start(host: host, port: port) { channel in
        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
        return try Connection(wrappingChannelSynchronously: channel)
      } handle: { connection in
        // A client that went away is no failure of the server.
        try? await StaticConnection(folder: folder, onRequest: onRequest).run(connection)
      }
      return StaticServer(listener: listener)
    } catch {
      throw .listen(port: port, detail: "\(error)")
    }
  }

  /// Waits until the server has stopped.
  package func waitUntilStopped() async {
    await listener.waitUntilStopped()
  }

  /// Closes the port and all connections, then returns.
  package func stop() async {
    await listener.stop()
  }
}
