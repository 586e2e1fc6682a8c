import Fetch
import ObjectStore
package import RegistryModel

/// Fetches key documents over HTTPS, when a key is added and when the trust store is synced (DESIGN section 1, rule 1).
package struct KeyFetcher: Sendable {
  private let policy: Policy
  private let connector: SourceConnector
  private let transport: any Transport
  private let budget: RetryBudget
  private let throttle = Throttle()

  /// Makes no connection yet.
  ///
  /// - Throws: `PolicyRefusal` when the policy forbids remote work.
  package init(policy: Policy, connector: SourceConnector) throws {
    guard policy.allowRemoteRegistries else { throw PolicyRefusal.remoteRegistries }
    self.policy = policy
    budget = RetryBudget(policy.limits.retryBudget)
    self.connector = connector
    transport = connector.makeTransport(policy)
  }

  /// Checks a URL by the rules of DESIGN section 5; the path may end with any name.
  ///
  /// - Throws: `SyncError.invalidURL`.
  package static func parse(_ rawURL: String, policy: Policy) throws -> RequestURL {
    do {
      return try RequestURL(parsing: rawURL, allowHTTPLocalhost: policy.allowHTTPLocalhost)
    } catch {
      throw SyncError.invalidURL(rawURL, error)
    }
  }

  /// Fetches the key with this id, with retries.
  ///
  /// - Throws: `SyncError.invalidURL`, `FetchError`; `UserConfigurationError.credential` for a login that cannot be
  ///   used; `TrustStoreProblem`; `CancellationError`.
  package func fetchKey(_ keyID: String, from rawURL: String) async throws -> Ed25519PublicKey {
    let url = try Self.parse(rawURL, policy: policy)
    let bytes = try await fetch(
      FetchRequest(
        url: url,
        maxBytes: Int64(Limits.maxKeyDocumentBytes),
        bypassCaches: true,
        credential: try connector.credential(for: url)
      )
    )
    return try KeyDocument.read(bytes, for: keyID, from: url.description)
  }

  /// Closes connections and ends threads.
  package func shutdown() async {
    await transport.shutdown()
  }

  private func fetch(_ request: FetchRequest) async throws -> [UInt8] {
    try await RetryPolicy(maxAttempts: policy.limits.maxAttempts).run(budget: budget, throttle: throttle) {
      var bytes: [UInt8] = []
      _ = try await transport.fetch(request) { piece in
        piece.withUnsafeBytes { bytes.append(contentsOf: $0) }
      }
      return bytes
    }
  }
}
