import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
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
  package let port: Int
  /// The address that is listened on, `127.0.0.1` or `::1`.
  package let address: String
  private let task: Task<Void, any Error>

  private init(port: Int, address: String, task: Task<Void, any Error>) {
    self.port = port
    self.address = address
    self.task = task
  }

  deinit {
    task.cancel()
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
    let listener: NIOAsyncChannel<Connection, Never>
    do { listener = try await listen(host: host, port: port) } catch {
      throw .listen(port: port, detail: "\(error)")
    }
    let task = Task { try await serve(listener, from: folder, onRequest: onRequest) }
    return StaticServer(port: listener.channel.localAddress?.port ?? port, address: host, task: task)
  }

  /// Waits until the server has stopped.
  package func waitUntilStopped() async {
    // How it ended is of no interest: it only ends by `stop()` or by losing its socket.
    _ = await task.result
  }

  /// Closes the port and all connections, then returns.
  package func stop() async {
    task.cancel()
    await waitUntilStopped()
  }

  private static func listen(host: String, port: Int) async throws -> NIOAsyncChannel<Connection, Never> {
    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .bind(to: SocketAddress(ipAddress: host, port: port)) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          return try Connection(wrappingChannelSynchronously: channel)
        }
      }
  }

  private static func serve(
    _ listener: NIOAsyncChannel<Connection, Never>,
    from folder: StaticFolder,
    onRequest: @escaping @Sendable (Answer) -> Void
  ) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      try await listener.executeThenClose { connections in
        for try await connection in connections {
          group.addTask {
            // A client that went away is no failure of the server.
            try? await StaticConnection(folder: folder, onRequest: onRequest).run(connection)
          }
        }
        group.cancelAll()
      }
    }
  }
}
