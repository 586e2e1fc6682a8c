import Disk
import Fetch
import ObjectStore
import RegistryModel
package import SystemPackage

/// Makes readers for sources, if policy and source allow it.
package struct SourceConnector: Sendable {
  /// The environment variables of the process: proxies and `SSL_CERT_FILE`.
  private let environment: [String: String]
  /// The project's root, to which relative paths refer.
  private let root: FilePath

  /// Describes where the program runs.
  package init(environment: [String: String], root: FilePath) {
    self.environment = environment
    self.root = root
  }

  /// Makes a reader; nothing is requested yet.
  ///
  /// `isOffline`: Whether the reader of a source on the web must not be able to request anything at all.
  ///
  /// - Throws: `PolicyRefusal`, `SyncError.localSource`, `SyncError.invalidURL` for http where it is not
  ///   allowed.
  func connect(
    to source: Source,
    policy: Policy,
    isOffline: Bool = false
  ) throws -> any SourceReader {
    try policy.checkUse(of: source)
    switch source.location {
    case .web(let url):
      // The list stays readable under a stricter policy; it is here that the policy speaks.
      do {
        _ = try RegistryURL(parsing: url.description, allowHTTPLocalhost: policy.allowHTTPLocalhost)
      } catch {
        throw SyncError.invalidURL(url.description, error)
      }
      if isOffline { return OfflineReader(name: source.name, url: url) }
      return WebSourceReader(
        url: url,
        transport: HTTPTransport(HTTPTransport.Configuration(policy, environment: environment, root: root))
      )
    case .folder(let path):
      do {
        return FolderSourceReader(folder: try Folder.open(root.pushing(FilePath(path))))
      } catch {
        throw SyncError.localSource(error)
      }
    case .bundled:
      throw PolicyRefusal.bundledSource
    }
  }
}

extension HTTPTransport.Configuration {
  /// What the policy of the project at `root` says of the client.
  init(_ policy: Policy, environment: [String: String], root: FilePath) {
    self.init(
      limits: TransferLimits(policy.limits),
      version: Agent.version,
      caFile: policy.caFile.map { root.pushing(FilePath($0)) },
      environment: environment,
      allowHTTPLocalhost: policy.allowHTTPLocalhost
    )
  }
}

extension TransferLimits {
  /// The limits of a policy that concern one request.
  init(_ limits: Limits) {
    self.init()
    connectTimeout = limits.connectTimeout
    headerTimeout = limits.headerTimeout
    idleTimeout = limits.idleTimeout
    transferTimeout = limits.transferTimeout
    minTransferBytesPerSecond = limits.minTransferBytesPerSecond
    maxConcurrentTransfers = limits.maxConcurrentTransfers
  }
}
