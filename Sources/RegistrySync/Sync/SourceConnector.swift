import Disk
import Fetch
import ObjectStore
package import RegistryModel
package import SystemPackage

/// Makes readers for sources, if policy and source allow it.
package struct SourceConnector: Sendable {
  /// The environment variables of the process: proxies and `SSL_CERT_FILE`.
  private let environment: [String: String]
  /// The project's root, to which relative paths refer.
  private let root: FilePath
  private let user: UserSettings

  /// Describes where the program runs, and for whom.
  package init(environment: [String: String], root: FilePath, user: UserSettings = .none) {
    self.environment = environment
    self.root = root
    self.user = user
  }

  /// Makes a reader of a source and its mirrors; nothing is requested yet.
  ///
  /// A mirror's login is looked up when the mirror is asked: one that cannot be used fails that mirror alone.
  ///
  /// `isOffline`: Whether the reader of a source on the web must not be able to request anything at all.
  ///
  /// - Throws: `PolicyRefusal`, `ProjectError.home`, `SyncError.localSource`, `SyncError.invalidURL` for http where it is not
  ///   allowed; `UserConfigurationError.credential` for a login that cannot be used.
  func connect(
    to source: Source,
    policy: Policy,
    isOffline: Bool = false
  ) throws -> any SourceReader {
    try policy.checkUse(of: source)
    switch source.location {
    case .web(let url):
      // The list stays readable under a stricter policy; it is here that the policy speaks.
      for url in [url] + source.mirrors { _ = try RegistryURL(url.description, allowedBy: policy) }
      if isOffline { return OfflineReader(name: source.name, url: url) }
      let transport = makeTransport(policy)
      let own = Login { [self] in try credential(for: url.manifestURL) }
      _ = try own.credential()
      let mirrors = source.mirrors.map { mirror in
        let login = Login { [self] in try credential(for: mirror.manifestURL) }
        return WebSourceReader(url: mirror, transport: transport, login: login)
      }
      return WebSourceReader(url: url, transport: transport, login: own, mirrors: mirrors)
    case .folder(let path):
      let place = try user.path(ofSource: path, from: root)
      do {
        return FolderSourceReader(folder: try Folder.open(place))
      } catch {
        throw SyncError.localSource(error)
      }
    case .bundled:
      throw PolicyRefusal.bundledSource
    }
  }

  /// Makes a transport; nothing is requested yet.
  func makeTransport(_ policy: Policy) -> HTTPTransport {
    HTTPTransport(
      HTTPTransport.Configuration(
        limits: TransferLimits(policy.limits),
        version: Agent.version,
        caFile: user.caFile,
        projectCAFile: policy.caFile.map { root.pushing(FilePath($0)) },
        environment: environment,
        allowHTTPLocalhost: policy.allowHTTPLocalhost
      )
    )
  }

  /// The login for requests to a URL; nil when none is configured.
  ///
  /// - Throws: `UserConfigurationError.credential`.
  func credential(for url: RequestURL) throws -> OriginCredential? {
    try user.credential(for: url, environment: environment)
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

extension RegistryURL {
  /// An address that a policy allows.
  ///
  /// - Throws: `SyncError.invalidURL`.
  package init(_ text: String, allowedBy policy: Policy) throws(SyncError) {
    do { self = try RegistryURL(parsing: text, allowHTTPLocalhost: policy.allowHTTPLocalhost) } catch {
      throw .invalidURL(text, error)
    }
  }
}
