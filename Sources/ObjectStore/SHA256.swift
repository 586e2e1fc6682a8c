import COpenSSL

/// A streaming SHA-256 digest (FIPS 180-4) over libcrypto.
package struct SHA256: ~Copyable {
  private let context: OpaquePointer
  private var hasEnded = false

  package init() {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory for a digest") }
    self.context = context
    start()
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes to the digest.
  package mutating func update(_ bytes: RawSpan) {
    if hasEnded { start() }
    bytes.withUnsafeBytes { Self.expectSuccess(EVP_DigestUpdate(context, $0.baseAddress, $0.count)) }
  }

  /// The id of all bytes added; the digest can then be used for the next payload.
  package mutating func finish() -> ObjectID {
    if hasEnded { start() }
    hasEnded = true
    return withUnsafeTemporaryAllocation(byteCount: ObjectID.byteCount, alignment: 8) { buffer in
      Self.expectSuccess(
        EVP_DigestFinal_ex(context, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
      )
      return ObjectID(digest: UnsafeRawBufferPointer(buffer).bytes)
    }
  }

  /// Initialises the context; done only when bytes come, as most digests are used once.
  private mutating func start() {
    Self.expectSuccess(EVP_DigestInit_ex2(context, Algorithm.shared.pointer, nil))
    hasEnded = false
  }

  /// The id of bytes in memory.
  package static func hash(_ bytes: RawSpan) -> ObjectID {
    var digest = SHA256()
    digest.update(bytes)
    return digest.finish()
  }

  private static func expectSuccess(_ result: CInt) {
    // EVP_MD_CTX(3): with a fetched digest these calls fail only when out of memory.
    precondition(result == 1, "libcrypto could not compute a digest")
  }

  /// The fetched algorithm; fetching it only once makes digests of small files cheap (EVP_MD_fetch(3)).
  ///
  /// Unchecked, because a fetched EVP_MD is immutable and libcrypto allows its use from any thread.
  private struct Algorithm: @unchecked Sendable {
    static let shared = Algorithm()

    let pointer: OpaquePointer

    private init() {
      LibCrypto.prepare()
      guard let pointer = EVP_MD_fetch(nil, "SHA256", nil) else {
        preconditionFailure("this libcrypto has no SHA-256")
      }
      self.pointer = pointer
    }
  }
}

/// The initialisation of libcrypto.
package enum LibCrypto {
  /// Initialises libcrypto once, without its configuration file and its error texts.
  ///
  /// Whoever can set `OPENSSL_CONF` could otherwise have code loaded into this process. Loading the file and the
  /// texts also takes a tenth of the time of a short command. Call this before any other function of libcrypto.
  package static func prepare() { _ = isPrepared }

  private static let isPrepared: Bool = {
    let options = UInt64(OPENSSL_INIT_NO_LOAD_CONFIG) | UInt64(OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS)
    return OPENSSL_init_crypto(options, nil) == 1
  }()
}
