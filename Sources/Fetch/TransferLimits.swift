/// The limits of one request (DESIGN section 5).
package struct TransferLimits: Hashable, Sendable {
  /// The time to connect: name lookup, TCP, proxy and TLS together.
  package var connectTimeout: Duration = .seconds(10)
  /// From sending the request to the end of the final response's headers, informational ones included.
  package var headerTimeout: Duration = .seconds(10)
  /// The longest pause between two pieces of a body.
  package var idleTimeout: Duration = .seconds(15)
  /// The time of one request in all, including redirects.
  package var transferTimeout: Duration = .seconds(300)
  /// The lowest average rate of a body over `rateWindow`, in bytes per second; 0 disables the check.
  package var minTransferBytesPerSecond: Int64 = 1024
  /// The time over which the transfer rate is averaged.
  package var rateWindow: Duration = .seconds(10)
  /// The size of all headers of one response in bytes, informational ones included.
  package var maxHeaderBytes = 64 * 1024
  /// The number of redirects of one request.
  package var maxRedirects = 3
  /// HTTP/1.1 connections to one origin; callers run at most this many requests at a time.
  package var maxConcurrentTransfers = 16

  package init() {}
}
