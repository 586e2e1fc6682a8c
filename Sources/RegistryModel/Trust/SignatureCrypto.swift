import ObjectStore

internal import COpenSSL

/// Ed25519, HMAC-SHA256, comparison in constant time and random bytes, by libcrypto.
///
/// The only file besides the store's digest that calls libcrypto. The callers check the lengths and encodings of keys
/// and signatures. Safe to call from any thread.
enum SignatureCrypto {
  /// The length in bytes of an Ed25519 seed and of a public key (RFC 8032 section 5.1.5).
  static let keyByteCount = 32
  /// The length in bytes of an Ed25519 signature (RFC 8032 section 5.1.6).
  static let signatureByteCount = 64
  /// The length in bytes of an HMAC-SHA256 and of a project's key.
  static let hmacByteCount = 32

  /// Whether the signature is valid for exactly this message (pure Ed25519, RFC 8032 section 5.1.7).
  ///
  /// libcrypto refuses an S that is not below the group's order, so a signature has no second valid form.
  static func isValid(_ signature: [UInt8], over message: [UInt8], publicKey: [UInt8]) -> Bool {
    guard publicKey.count == keyByteCount, signature.count == signatureByteCount else { return false }
    LibCrypto.prepare()
    guard let key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, publicKey, publicKey.count) else {
      ERR_clear_error()
      return false
    }
    defer { EVP_PKEY_free(key) }
    return withContext { context in
      guard EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1 else { return false }
      // 0 is a wrong signature and a negative value another failure (EVP_DigestVerify(3)): both count as invalid.
      return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
  }

  /// The signature of a message: 64 bytes, deterministic.
  static func sign(_ message: [UInt8], seed: [UInt8]) -> [UInt8] {
    let key = privateKey(seed)
    defer { EVP_PKEY_free(key) }
    var signature = [UInt8](repeating: 0, count: signatureByteCount)
    var length = signature.count
    let isSigned = withContext { context in
      EVP_DigestSignInit(context, nil, nil, nil, key) == 1
        && EVP_DigestSign(context, &signature, &length, message, message.count) == 1
    }
    precondition(isSigned && length == signatureByteCount, "libcrypto signs with every seed of 32 bytes")
    return signature
  }

  /// The public key of a seed; 32 bytes.
  static func publicKey(ofSeed seed: [UInt8]) -> [UInt8] {
    let key = privateKey(seed)
    defer { EVP_PKEY_free(key) }
    var bytes = [UInt8](repeating: 0, count: keyByteCount)
    var length = bytes.count
    precondition(
      EVP_PKEY_get_raw_public_key(key, &bytes, &length) == 1 && length == keyByteCount,
      "every seed has a public key"
    )
    return bytes
  }

  /// HMAC-SHA256 of a message (RFC 2104); 32 bytes.
  static func hmac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: hmacByteCount)
    var length: CUnsignedInt = 0
    LibCrypto.prepare()
    let result = HMAC(EVP_sha256(), key, CInt(key.count), message, message.count, &code, &length)
    // HMAC(3) fails only when out of memory.
    precondition(result != nil && Int(length) == hmacByteCount, "libcrypto could not compute an HMAC")
    return code
  }

  /// Whether two byte strings are equal, in a time that depends only on their lengths.
  static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
  }

  /// Cryptographically secure random bytes.
  static func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    LibCrypto.prepare()
    // Without random numbers the program must stop: a key of zeros would be worse.
    precondition(RAND_priv_bytes(&bytes, CInt(count)) == 1, "this system has no source of random bytes")
    return bytes
  }

  private static func privateKey(_ seed: [UInt8]) -> OpaquePointer {
    precondition(seed.count == keyByteCount, "a seed has 32 bytes")
    LibCrypto.prepare()
    guard let key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count) else {
      preconditionFailure("this libcrypto has no Ed25519")
    }
    return key
  }

  private static func withContext(_ body: (OpaquePointer) -> Bool) -> Bool {
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory for a signature") }
    defer {
      EVP_MD_CTX_free(context)
      // A wrong signature leaves an entry in the thread's error queue, which TLS would take for its own error.
      ERR_clear_error()
    }
    return body(context)
  }
}
