import NIOCore
import NIOPosix
import Synchronization

/// A real HTTP/1.1 server on 127.0.0.1 that misbehaves as told, and remembers every request.
///
/// Files and behaviours may change while it runs, from any thread.
package final class LoopbackServer: Sendable {
  /// The port it listens on.
  package let port: Int
  private let site: LoopbackSite
  private let task: Task<Void, Never>

  /// Starts a server for these files; keys are request targets such as `/registry/catalog.yaml`.
  package init(files: [String: [UInt8]] = [:]) async throws {
    let site = LoopbackSite(files: files)
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .bind(host: "127.0.0.1", port: 0) { channel in
        channel.eventLoop.makeCompletedFuture {
          try LoopbackSite.Connection(wrappingChannelSynchronously: channel)
        }
      }
    port = listener.channel.localAddress?.port ?? 0
    self.site = site
    task = Task {
      // Ends by cancellation only.
      try? await Self.serve(listener, site)
    }
  }

  deinit {
    task.cancel()
  }

  /// `http://127.0.0.1:<port>`.
  package var origin: String { "http://127.0.0.1:\(port)" }

  /// Every complete request so far, in order of arrival.
  package var requests: [LoopbackRequest] { site.state.withLock { $0.requests } }

  /// How many connections were accepted so far.
  package var connectionCount: Int { site.state.withLock { $0.connectionCount } }

  /// The requests for one path.
  package func requests(for path: String) -> [LoopbackRequest] { requests.filter { $0.path == path } }

  /// Puts, replaces or (with nil) removes a file.
  package func set(_ path: String, _ bytes: [UInt8]?) {
    site.state.withLock { $0.files[path] = bytes }
  }

  /// Says what requests for a path get: the first, the second, ..., the last for all further ones.
  package func behave(at path: String, _ behaviours: LoopbackBehaviour...) {
    site.state.withLock { $0.behaviours[path] = behaviours }
  }

  /// Forgets the requests so far.
  package func forgetRequests() {
    site.state.withLock { $0.requests = [] }
  }

  /// Closes all connections and the port.
  package func stop() async {
    task.cancel()
    await task.value
  }

  private static func serve(
    _ listener: NIOAsyncChannel<LoopbackSite.Connection, Never>,
    _ site: LoopbackSite
  ) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      try await listener.executeThenClose { connections in
        for try await connection in connections { group.addTask { await site.handle(connection) } }
        group.cancelAll()
      }
    }
  }
}
