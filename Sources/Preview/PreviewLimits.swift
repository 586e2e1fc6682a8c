/// The limits of the preview server, for all clients together.
package struct PreviewLimits: Hashable, Sendable {
  /// The number of connections, each with a thread; further ones wait.
  package var maxConnections = 64
  /// The size of one request's head, in bytes.
  package var maxHeadBytes = 16 * 1024
  /// The time for receiving one request's head, and for sending 64 KiB of a response.
  package var idleTime: Duration = .seconds(30)

  /// The defaults are those of `registry serve`.
  package init() {}
}
