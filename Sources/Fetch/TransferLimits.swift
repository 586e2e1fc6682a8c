/// The limits that one request must stay within (DESIGN section 5).
package struct TransferLimits: Hashable, Sendable {
  /// To have a connection: name lookup, TCP, proxy and TLS together.
  package var connectTimeout: Duration = .seconds(10)
  /// From the request being sent to the end of the final response's headers, informational ones included.
  package var headerTimeout: Duration = .seconds(10)
  /// The longest pause between two pieces of a body.
  package var idleTimeout: Duration = .seconds(15)
  /// One request in all, its redirects included.
  package var transferTimeout: Duration = .seconds(300)
  /// Bytes a second that a body must bring on average over `rateWindow`; 0 turns the check off.
  package var minTransferBytesPerSecond: Int64 = 1024
  /// The time over which the transfer rate is averaged.
  package var rateWindow: Duration = .seconds(10)
  /// Bytes of all headers of one response, informational ones included.
  package var maxHeaderBytes = 64 * 1024
  /// Redirects that one request may take.
  package var maxRedirects = 3
  /// HTTP/1.1 connections to one origin; callers start no more requests than this at a time.
  package var maxConcurrentTransfers = 16

  /// The defaults.
  package init() {}
}
