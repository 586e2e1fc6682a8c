package import RegistryModel

/// Fetches every key again that has a source URL (`registry trust sync`).
///
/// Nothing is changed here, because a compromised server must not be able to replace a key. New keys are displayed,
/// and only those that `TrustSyncPlan` finds accepted are stored by `TrustStoreEditing.replace`.
package struct TrustSync: Sendable {
  /// The result of fetching a key.
  package struct Outcome: Sendable {
    /// The key in the trust store.
    package let key: TrustedKey
    /// The URL that was fetched; nil where none was.
    package let url: String?
    /// What was found.
    package let state: State
  }

  /// The kinds of result.
  package enum State: Sendable {
    /// The same key.
    case unchanged
    /// Another key with the same id.
    case changed(Ed25519PublicKey)
    /// The publisher's trust store no longer calls the key active.
    case withdrawn(TrustedKey.Status)
    /// Not fetched: the store's own entry is revoked or disabled, which a publisher cannot undo.
    case notActive
    /// Not fetched: the entry has no `remote_source_url`.
    case noAddress
    /// The URL did not give a key.
    case failed(any Error)
  }

  private let fetcher: KeyFetcher

  /// Uses the given fetcher.
  package init(_ fetcher: KeyFetcher) {
    self.fetcher = fetcher
  }

  /// Fetches the keys one after the other, in the store's order.
  ///
  /// - Throws: `CancellationError`; the failure of one key is its result.
  package func run(_ keys: [TrustedKey]) async throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for key in keys {
      try Task.checkCancellation()
      outcomes.append(Outcome(key: key, url: key.remoteSourceURL, state: try await ask(for: key)))
    }
    return outcomes
  }

  private func ask(for key: TrustedKey) async throws -> State {
    guard key.status == .active else { return .notActive }
    guard let url = key.remoteSourceURL else { return .noAddress }
    do {
      let found = try await fetcher.fetchKey(key.keyID, from: url)
      return found == key.publicKey ? .unchanged : .changed(found)
    } catch TrustStoreProblem.withdrawnInDocument(_, _, let status) {
      return .withdrawn(status)
    } catch let error as CancellationError {
      throw error
    } catch {
      return .failed(error)
    }
  }
}
