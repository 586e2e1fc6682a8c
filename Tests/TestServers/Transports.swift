package import Fetch
import RegistryModel
package import SystemPackage
package import Testing

/// What a fetch gave: the response and all bytes.
package struct Fetched: Sendable {
  package var response: FetchResponse
  package var bytes: [UInt8]
}

extension HTTPTransport {
  /// Fetches into memory.
  package func fetch(
    _ text: String,
    maxBytes: Int64 = 1 << 20,
    etag: String? = nil,
    bypassCaches: Bool = false
  ) async throws -> Fetched {
    let url = try RequestURL(parsing: text, allowHTTPLocalhost: true)
    let request = FetchRequest(url: url, maxBytes: maxBytes, etag: etag, bypassCaches: bypassCaches)
    var bytes: [UInt8] = []
    let response = try await fetch(request) { span in
      span.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    return Fetched(response: response, bytes: bytes)
  }

  /// Fetches what must fail with a `FetchError`.
  package func failure(
    _ text: String,
    maxBytes: Int64 = 1 << 20,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> FetchError {
    do {
      let fetched = try await fetch(text, maxBytes: maxBytes)
      Issue.record("got \(fetched.bytes.count) bytes", sourceLocation: sourceLocation)
      throw FetchError.shutDown
    } catch let error as FetchError {
      return error
    }
  }
}

/// Runs a test with a transport of its own.
package func withTransport<Result>(
  limits: TransferLimits = TransferLimits(),
  caFile: FilePath? = nil,
  environment: [String: String] = [:],
  _ body: (HTTPTransport) async throws -> Result
) async throws -> Result {
  let transport = HTTPTransport(
    .init(
      limits: limits,
      version: "1.2.3",
      caFile: caFile,
      environment: environment,
      allowHTTPLocalhost: true
    )
  )
  do {
    let result = try await body(transport)
    await transport.shutdown()
    return result
  } catch {
    await transport.shutdown()
    throw error
  }
}

/// Limits with some of them changed.
package func limits(_ change: (inout TransferLimits) -> Void) -> TransferLimits {
  var limits = TransferLimits()
  change(&limits)
  return limits
}
