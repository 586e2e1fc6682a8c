import Disk
import Fetch
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// What a command would touch that is not in the project: paths and hosts, for previews (DESIGN section 8b).
struct OutsideUse {
  /// A path outside the project.
  private struct Place: Hashable {
    let path: String
    let isWritten: Bool
    let purpose: String
  }

  /// A host that would be connected to.
  private struct Host: Hashable {
    let name: String
    let purpose: String
  }

  private let project: Project
  private let policy: Policy
  private let session: Session
  private var places: [Place] = []
  private var hosts: [Host] = []

  init(_ project: Project, _ policy: Policy, _ session: Session) {
    (self.project, self.policy, self.session) = (project, policy, session)
  }

  // MARK: What is touched

  /// Adds a path, unless it is inside the project.
  mutating func add(_ path: FilePath, isWritten: Bool = false, _ purpose: String) {
    guard project.isOutside(path) else { return }
    let place = Place(path: path.lexicallyNormalized().string, isWritten: isWritten, purpose: purpose)
    if !places.contains(place) { places.append(place) }
  }

  /// Adds what reading a source needs.
  mutating func add(_ source: Source) throws {
    switch source.location {
    case .web(let url):
      add(url.manifestURL)
      for mirror in source.mirrors { add(mirror.manifestURL, "a mirror, requested where the others fail") }
    case .folder(let path):
      add(try session.user.path(ofSource: path, from: project.root.path), "the registry's folder")
    case .bundled: break
    }
    try addAlternates()
  }

  /// Adds what a request needs: the host, a proxy, files of certificate authorities.
  mutating func add(_ url: RequestURL, _ purpose: String = "requested") {
    let login = session.user.configuration.findCredential(for: url) == nil ? "" : ", with your login for it"
    add(Host(name: url.hostAndPort, purpose: purpose + login))
    if let proxy = HTTPTransport.proxyAddress(for: url, environment: session.environment) {
      add(Host(name: proxy, purpose: "the proxy of the environment"))
    }
    guard url.scheme == "https" else { return }
    if let file = session.user.caFile { add(file, "certificate authorities, by your configuration") }
    if let file = policy.caFile {
      add(project.root.path.pushing(FilePath(file)), "certificate authorities, by the policy")
    }
  }

  /// Adds the stores that objects are taken from.
  mutating func addAlternates() throws {
    let editing = AlternateEditing(project, lockTimeout: session.options.lockTimeout)
    for path in try editing.list() { add(path, "an alternate, from which objects are taken") }
  }

  /// Adds the store that is shared between projects.
  mutating func addSharedStore() {
    guard let path = SharedStore.path(session.sharedStore, policy, project) else { return }
    add(path, isWritten: true, "the shared store")
  }

  /// Adds the keys of a command that writes lock entries and vouches for what it writes into the cache: the project's, where
  /// the user keeps it elsewhere, and the machine's, where it would be made.
  mutating func addKeys() {
    if let path = project.signingKeyFile { add(path, "the project's key, by MMDOS_SIGNING_KEY_FILE") }
    guard let path = project.machineKey.pathToBeMade else { return }
    add(path, isWritten: true, "this machine's key, made once: it vouches for what is written into caches")
  }

  private mutating func add(_ host: Host) {
    if !hosts.contains(host) { hosts.append(host) }
  }

  // MARK: Rendering

  /// A line each; empty when the command stays in the project.
  var lines: [SafeText] {
    let unlisted = SharedStore.unlisted(session.sharedStore, policy, project)
    return hosts.map { "  host         \(SafeText($0.name)) (\(SafeText($0.purpose)))" }
      + places.map {
        "  outside      \(SafeText($0.path)) (\($0.isWritten ? "written and read" : "read"): \(SafeText($0.purpose)))"
      }
      + (unlisted.map { ["  not used     \(SafeText(SyncWarning.sharedStoreNotListed($0.string).words))"] }
        ?? [])
  }

  /// The same for programs.
  var json: [(String, JSONValue)] {
    [
      (
        "hosts",
        .array(hosts.map { .object([("host", .string($0.name)), ("purpose", .string($0.purpose))]) })
      ),
      (
        "outside",
        .array(
          places.map {
            .object([
              ("path", .string($0.path)), ("written", .boolean($0.isWritten)),
              ("purpose", .string($0.purpose)),
            ])
          }
        )
      ),
    ]
  }
}

extension RequestURL {
  /// The host, and the port unless it is the scheme's default.
  fileprivate var hostAndPort: String {
    port == (scheme == "https" ? 443 : 80) ? host : "\(host):\(port)"
  }
}

extension Preview {
  /// The preview with what the command would touch outside the project.
  func adding(_ use: OutsideUse) -> Preview {
    Preview(command: command, lines: lines + use.lines, json: json + use.json)
  }
}
