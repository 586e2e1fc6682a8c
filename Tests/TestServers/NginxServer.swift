package import SystemPackage
import TestSupport

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif
package import SystemPackage
import TestSupport

/// A real nginx on loopback that serves a folder by TLS, with good certificates and bad ones.
///
/// Ends with `stop()`, with its last reference, and, however that dies, with the test process.
package final class NginxServer: Sendable {
  /// The servers it runs, each on a port of its own.
  package enum Site: String, CaseIterable, Sendable {
    /// TLS with HTTP/2 and HTTP/1.1.
    case http2
    /// TLS with HTTP/1.1 only.
    case http1
    /// A certificate that was valid in 2020.
    case expired
    /// A certificate that becomes valid in 2090.
    case notYetValid
    /// A certificate that was signed by its own key alone.
    case selfSigned
    /// A certificate that is for clients.
    case clientOnly
    /// A certificate for another host.
    case wrongHost
    /// A certificate from an authority that `authority` knows nothing of.
    case otherAuthority
    /// A certificate for 127.0.0.1 and 192.0.2.1 alone.
    case addressOnly
    /// A certificate that has `localhost` as its common name, and no other name.
    case commonName
    /// A certificate for `*`.
    case star
    /// A certificate for `*.example`.
    case shortWildcard
    /// A certificate for `*.registry.example`.
    case wildcard
    /// A certificate for `r*.registry.example`.
    case partialWildcard
    /// HTTP/1.1 without TLS.
    case plain
  }

  /// A line of the access log.
  package struct Request: Hashable, Sendable {
    /// Such as `GET`.
    package let method: String
    /// As the client sent it.
    package let path: String
    /// The status of the answer.
    package let status: Int
    /// `HTTP/1.1` or `HTTP/2.0`.
    package let version: String
    /// Which site it came to.
    package let port: Int
    /// The `User-Agent` field.
    package let userAgent: String
    /// The `Authorization` field; `-` where there is none.
    package let authorization: String
  }

  /// It did not start.
  package struct StartError: Error {
    /// What nginx said.
    package let log: String
  }

  /// Whether nginx and openssl are installed.
  package static var isAvailable: Bool { program != nil && access("/usr/bin/openssl", X_OK) == 0 }

  /// The root certificate (PEM) of all sites but `otherAuthority`.
  package let authority: FilePath
  /// The certificate (PEM) of `selfSigned`.
  package let selfSigned: FilePath
  /// The root certificate (PEM) of `otherAuthority`.
  package let otherAuthority: FilePath
  private let scratch: ScratchFolder
  private let ports: [Site: Int]
  private let process: RunningProgram

  private static let program: String? = {
    let places = ["/usr/sbin/nginx", "/usr/local/bin/nginx", "/opt/homebrew/bin/nginx"]
    return places.first { access($0, X_OK) == 0 }
  }()

  /// Starts serving a folder; needs about a quarter of a second, most of it for certificates.
  package init(serving folder: FilePath) async throws {
    let scratch = try ScratchFolder("nginx")
    let authority = try await TestAuthority(named: "authority", in: scratch.path)
    let other = try await TestAuthority(named: "stranger", in: scratch.path)
    let names = ["DNS:localhost", "DNS:registry.example", "IP:127.0.0.1"]
    let good = try await authority.issue("good", names: names)
    let identities: [Site: TestAuthority.Identity] = [
      .http2: good, .http1: good,
      .expired: try await authority.issue(
        "expired",
        names: names,
        dates: ("20200101000000Z", "20200201000000Z")
      ),
      .notYetValid: try await authority.issue(
        "coming",
        names: names,
        dates: ("20900101000000Z", "20900201000000Z")
      ),
      .selfSigned: try await authority.makeSelfSigned("alone", names: names),
      .clientOnly: try await authority.issue("client", names: names, usage: "clientAuth"),
      .wrongHost: try await authority.issue("wrong", names: ["DNS:elsewhere.example"]),
      .otherAuthority: try await other.issue("unknown", names: names),
      .addressOnly: try await authority.issue("address", names: ["IP:127.0.0.1", "IP:192.0.2.1"]),
      .commonName: try await authority.issue("localhost", names: []),
      .star: try await authority.issue("star", names: ["DNS:*"]),
      .shortWildcard: try await authority.issue("short", names: ["DNS:*.example"]),
      .wildcard: try await authority.issue("wildcard", names: ["DNS:*.registry.example"]),
      .partialWildcard: try await authority.issue("partial", names: ["DNS:r*.registry.example"]),
    ]
    self.scratch = scratch
    self.authority = authority.root
    otherAuthority = other.root
    selfSigned = scratch.path.appending("alone.pem")
    (ports, process) = try await Self.start(folder, scratch, identities)
  }

  deinit {
    process.closeInput()
  }

  /// `https://localhost:<port>`, or `http://` for the plain one.
  package func origin(_ site: Site, host: String = "localhost") -> String {
    "\(site == .plain ? "http" : "https")://\(host):\(port(site))"
  }

  /// The port of a site.
  package func port(_ site: Site) -> Int { ports[site] ?? 0 }

  /// Waits until so many requests were answered, or nginx has ended.
  package func waitForRequests(_ count: Int) async {
    _ = await process.wait { self.requests().count >= count }
  }

  /// All requests so far; nginx says a line when it has sent the answer.
  package func requests(_ site: Site? = nil) -> [Request] {
    process.outputSoFar.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 7, let status = Int(parts[2]), let port = Int(parts[4]) else { return nil }
      guard site == nil || ports[site ?? .plain] == port else { return nil }
      return Request(
        method: parts[0],
        path: parts[1],
        status: status,
        version: parts[3],
        port: port,
        userAgent: parts[5],
        authorization: parts[6]
      )
    }
  }

  /// Ends nginx and waits until it is gone.
  package func stop() async {
    process.closeInput()
    _ = await process.result()
  }

  private static func start(
    _ folder: FilePath,
    _ scratch: ScratchFolder,
    _ identities: [Site: TestAuthority.Identity]
  ) async throws -> ([Site: Int], RunningProgram) {
    var log = "nginx is not installed"
    guard let program else { throw StartError(log: log) }
    // Between choosing a port and nginx taking it, another process may be faster.
    for _ in 0..<5 {
      let ports = try freePorts()
      try scratch.write("nginx.conf", text: configuration(folder, scratch.path, ports, identities))
      // The shell holds nginx as a child and ends it when its input ends, which the death of the test
      // process brings about without any code of ours running.
      let shell = Program(path: "/bin/sh", folder: scratch.path)
      let script = """
        "$0" -p . -c nginx.conf & child=$!
        cat
        kill -9 $child
        wait $child
        """
      let process = try shell.start(["-c", script, program], keepsInputOpen: true, timeLimit: .seconds(3600))
      // The first is said by an nginx that listens on all its ports, the second by one that cannot.
      _ = await process.waitUntil(says: "event method", "[emerg]")
      if process.errorSoFar.contains("event method") { return (ports, process) }
      process.closeInput()
      _ = await process.result()
      log = process.errorSoFar
    }
    throw StartError(log: log)
  }

  private static func freePorts() throws -> [Site: Int] {
    let numbers = try Loopback.freePorts(Site.allCases.count)
    return Dictionary(uniqueKeysWithValues: zip(Site.allCases, numbers))
  }
}
