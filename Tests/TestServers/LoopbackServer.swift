import Preview
import Synchronization
import TestSupport

/// A real HTTP/1.1 server on 127.0.0.1 that misbehaves as told, and remembers every request.
///
/// Files and behaviours may change while it runs, from any thread.
package final class LoopbackServer: Sendable {
  /// The port it listens on.
  package var port: Int { listener.port }
  private let site: LoopbackSite
  private let listener: ConnectionListener

  /// Starts a server for these files; keys are request targets such as `/registry/catalog.yaml`.
  package init(files: [String: [UInt8]] = [:]) async throws {
    let site = LoopbackSite(files: files)
    // More than any test opens, so that none waits for another.
    listener = try ConnectionListener(maxConnections: 512) { site.handle($0) }
    self.site = site
  }

  /// `http://127.0.0.1:<port>`.
  package var origin: String { "http://127.0.0.1:\(port)" }

  /// Every complete request so far, in order of arrival.
  package var requests: [LoopbackRequest] { site.state.withLock { $0.requests } }

  /// How many connections were accepted so far.
  package var connectionCount: Int { site.state.withLock { $0.connectionCount } }

  /// The requests for one path.
  package func requests(for path: String) -> [LoopbackRequest] { requests.filter { $0.path == path } }

  /// Waits until so many requests have arrived, or the task is cancelled.
  package func waitForRequests(_ count: Int) async {
    await site.news.wait { self.requests.count >= count }
  }

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
    await listener.stop()
  }
}
