/// What one machine's clients may take of the preview server.
package struct PreviewLimits: Hashable, Sendable {
  /// Connections, and threads, at a time; more of them wait.
  package var maxConnections = 64
  /// Bytes of one request's head.
  package var maxHeadBytes = 16 * 1024
  /// How long a connection may take for one request's head, and for accepting 64 KiB of an answer.
  package var idleTime: Duration = .seconds(30)

  /// The limits of `registry serve`.
  package init() {}
}
