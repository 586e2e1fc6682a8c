package import SystemPackage
import TestSupport

/// A certificate authority of a test's own, made with the `openssl` program (ECDSA P-256).
package struct TestAuthority: Sendable {
  /// `openssl` failed.
  package struct Failure: Error {
    /// The command and what it said.
    package let message: String
  }

  /// A certificate and its key, both PEM.
  package struct Identity: Sendable {
    /// The certificate.
    package let certificate: FilePath
    /// Its private key.
    package let key: FilePath
  }

  /// The root certificate, PEM: what a client is to trust.
  package let root: FilePath
  private let folder: FilePath
  private let name: String
  private let openssl: Program

  /// Makes an authority whose files begin with `name` in a folder.
  package init(named name: String, in folder: FilePath) async throws {
    self.folder = folder
    self.name = name
    openssl = Program(path: "/usr/bin/openssl", folder: folder)
    root = folder.appending("\(name).pem")
    let configuration = """
      [ca]
      default_ca = site
      [site]
      database = \(name).database
      new_certs_dir = .
      rand_serial = yes
      default_md = sha256
      policy = anything
      copy_extensions = none
      unique_subject = no
      [anything]
      commonName = supplied
      [req]
      prompt = no
      distinguished_name = subject
      x509_extensions = root
      [subject]
      CN = Test Authority \(name)
      [root]
      basicConstraints = critical, CA:TRUE
      keyUsage = critical, keyCertSign, cRLSign
      subjectKeyIdentifier = hash
      [leaf]
      basicConstraints = CA:FALSE
      extendedKeyUsage = serverAuth

      """
    try write("\(name).conf", configuration)
    try write("\(name).database", "")
    try await run(
      "req",
      "-x509",
      "-config",
      "\(name).conf",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-keyout",
      "\(name).key",
      "-out",
      "\(name).pem",
      "-days",
      "30"
    )
  }

  /// Makes a certificate for these subject alternative names, such as `DNS:localhost`; its common name is `file`.
  ///
  /// `dates`: The first and the last moment as `openssl ca` takes them; nil for the next 20 days.
  package func issue(
    _ file: String,
    names: [String],
    dates: (String, String)? = nil,
    usage: String = "serverAuth"
  ) async throws -> Identity {
    try write(
      "\(file).ext",
      """
      \(names.isEmpty ? "" : "subjectAltName = " + names.joined(separator: ", "))
      basicConstraints = CA:FALSE
      keyUsage = critical, digitalSignature
      extendedKeyUsage = \(usage)

      """
    )
    try await run(
      "req",
      "-new",
      "-config",
      "\(name).conf",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-subj",
      "/CN=\(file)",
      "-keyout",
      "\(file).key",
      "-out",
      "\(file).csr"
    )
    let dates = dates.map { ["-startdate", $0, "-enddate", $1] } ?? ["-days", "20"]
    try await run(
      [
        "ca", "-batch", "-notext", "-config", "\(name).conf", "-cert", "\(name).pem", "-keyfile",
        "\(name).key",
        "-extfile", "\(file).ext", "-in", "\(file).csr", "-out", "\(file).pem",
      ] + dates
    )
    return Identity(certificate: folder.appending("\(file).pem"), key: folder.appending("\(file).key"))
  }

  /// Makes a certificate that no authority signed.
  package func makeSelfSigned(_ file: String, names: [String]) async throws -> Identity {
    try await run(
      [
        "req", "-x509", "-config", "\(name).conf", "-extensions", "leaf", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(file)", "-keyout", "\(file).key", "-out",
        "\(file).pem", "-days", "20", "-addext", "subjectAltName=\(names.joined(separator: ","))",
      ]
    )
    return Identity(certificate: folder.appending("\(file).pem"), key: folder.appending("\(file).key"))
  }

  private func write(_ file: String, _ text: String) throws {
    let descriptor = try FileDescriptor.open(
      folder.appending(file),
      .writeOnly,
      options: [.create, .truncate],
      permissions: [.ownerReadWrite]
    )
    try descriptor.closeAfter { _ = try descriptor.writeAll(text.utf8) }
  }

  private func run(_ arguments: String...) async throws { try await run(arguments) }

  private func run(_ arguments: [String]) async throws {
    let result = try await openssl.run(arguments)
    guard result.exitCode == 0 else {
      throw Failure(message: "openssl \(arguments.joined(separator: " ")): \(result.error)")
    }
  }
}
