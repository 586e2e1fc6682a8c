import NIOSSL
import SystemPackage

/// How servers prove who they are: always by full verification, TLS 1.2 or later.
enum TLSSettings {
  /// More than any bundle of roots; a device file instead of one must not fill memory.
  private static let maxFileBytes = 16 << 20

  /// Makes the configuration; the system's roots, or those of `SSL_CERT_FILE`, and `caFile` in addition.
  ///
  /// Reads both files.
  static func makeConfiguration(
    caFile: FilePath?,
    environment: [String: String]
  ) throws(FetchError) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.certificateVerification = .fullVerification
    if let path = environment["SSL_CERT_FILE"], !path.isEmpty {
      configuration.trustRoots = .certificates(try readCertificates(FilePath(path)))
    }
    if let caFile {
      configuration.additionalTrustRoots = [.certificates(try readCertificates(caFile))]
    }
    return configuration
  }

  private static func readCertificates(_ path: FilePath) throws(FetchError) -> [NIOSSLCertificate] {
    let bytes: [UInt8]
    do { bytes = try read(path) } catch { throw .certificateFile(path: path, cause: .unreadable) }
    // NIOSSL throws for a file without certificates as for a broken one.
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
      throw .certificateFile(path: path, cause: .noCertificate)
    }
    return certificates
  }

  private static func read(_ path: FilePath) throws -> [UInt8] {
    let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
    return try descriptor.closeAfter {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 64 * 1024)
      while bytes.count < maxFileBytes {
        let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
        if count == 0 { break }
        bytes += buffer[..<count]
      }
      return bytes
    }
  }
}
