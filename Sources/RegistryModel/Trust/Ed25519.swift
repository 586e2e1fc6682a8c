import Formats

/// A publisher's public key, in canonical encoding and not of small order (RFC 8032, RFC 8410).
///
/// libcrypto accepts any 32 bytes as a key. For a point of small order, signatures can be made without a private key,
/// so such keys are refused here, where keys are read (DESIGN section 8).
package struct Ed25519PublicKey: Hashable, Sendable {
  /// The DER before the 32 bytes: SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING }.
  private static let spkiHead: [UInt8] = [
    0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
  ]

  /// The 32 bytes of the key (RFC 8032).
  package let rawBytes: [UInt8]

  /// Checks the 32 bytes of a key (RFC 8032).
  ///
  /// - Throws: `KeyProblem`.
  package init(rawBytes: [UInt8]) throws(KeyProblem) {
    guard rawBytes.count == SignatureCrypto.keyByteCount else { throw .notEd25519 }
    guard Ed25519Point.isCanonical(rawBytes) else { throw .notCanonical }
    guard !Ed25519Point.isOfSmallOrder(rawBytes) else { throw .smallOrder }
    self.rawBytes = rawBytes
  }

  /// Checks a SubjectPublicKeyInfo, which has exactly the 44 bytes of RFC 8410.
  ///
  /// - Throws: `KeyProblem`.
  package init(spki: [UInt8]) throws(KeyProblem) {
    guard spki.count == Self.spkiHead.count + SignatureCrypto.keyByteCount, spki.starts(with: Self.spkiHead)
    else { throw .notEd25519 }
    try self.init(rawBytes: Array(spki.dropFirst(Self.spkiHead.count)))
  }

  /// Reads a key in the form of trust stores: base64 of the SPKI on one line, or PEM.
  ///
  /// - Throws: `KeyProblem`.
  package init(parsing rawKey: String) throws(KeyProblem) {
    if rawKey.utf8.first == UInt8(ascii: "-") {
      try self.init(spki: try KeyPEM.decode(rawKey, label: KeyPEM.publicLabel))
    } else {
      guard let spki = StrictBase64.decode(rawKey), !spki.isEmpty else { throw .notBase64 }
      try self.init(spki: spki)
    }
  }

  /// The public key of a seed; it is always a valid one.
  fileprivate init(ofSeed seed: [UInt8]) {
    rawBytes = SignatureCrypto.publicKey(ofSeed: seed)
  }

  /// The SubjectPublicKeyInfo, 44 bytes of DER.
  package var spki: [UInt8] { Self.spkiHead + rawBytes }

  /// The SPKI in base64 on one line, the form that is written to trust stores.
  package var base64: String { StrictBase64.encode(spki) }

  /// The SPKI as PEM, as openssl writes it.
  package var pem: String { KeyPEM.encode(spki, label: KeyPEM.publicLabel) }

  /// The SHA-256 of the SPKI.
  package var fingerprint: KeyFingerprint { KeyFingerprint(ofSPKI: spki) }

  /// Whether the 64 bytes are this key's signature of exactly this message (pure Ed25519).
  package func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
    SignatureCrypto.isValid(signature, over: message, publicKey: rawBytes)
  }
}

/// A publisher's private key; its description contains only the public key's fingerprint.
package struct Ed25519PrivateKey: Sendable, CustomStringConvertible {
  /// The DER before the seed: PrivateKeyInfo of version 0 with nested OCTET STRINGs (RFC 8410).
  private static let pkcs8Head: [UInt8] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ]

  private let seed: [UInt8]

  package let publicKey: Ed25519PublicKey

  private init(seed: [UInt8]) {
    self.seed = seed
    publicKey = Ed25519PublicKey(ofSeed: seed)
  }

  /// Generates a random key.
  package static func generate() -> Self {
    Self(seed: SignatureCrypto.randomBytes(SignatureCrypto.keyByteCount))
  }

  /// Reads a PKCS#8 key in PEM, as `openssl genpkey -algorithm ed25519` writes it.
  ///
  /// - Throws: `KeyProblem`; no problem holds a byte of the key.
  package init(pem: String) throws(KeyProblem) {
    let der = try KeyPEM.decode(pem, label: KeyPEM.privateLabel)
    guard der.count == Self.pkcs8Head.count + SignatureCrypto.keyByteCount, der.starts(with: Self.pkcs8Head)
    else { throw .notEd25519 }
    self.init(seed: Array(der.dropFirst(Self.pkcs8Head.count)))
  }

  /// The key as PKCS#8 in PEM: secret, so it may only be written to a file of mode 0600.
  package var pem: String { KeyPEM.encode(Self.pkcs8Head + seed, label: KeyPEM.privateLabel) }

  /// The signature of exactly this message: 64 bytes, deterministic.
  package func sign(_ message: [UInt8]) -> [UInt8] { SignatureCrypto.sign(message, seed: seed) }

  /// The public key's fingerprint, so that printing the value never reveals the key.
  package var description: String { "private key of \(publicKey.fingerprint)" }
}

/// Checks of the point of edwards25519 that a public key encodes.
enum Ed25519Point {
  /// 2^255 - 19 in little-endian bytes.
  private static let prime: [UInt8] = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]

  /// The y of all points whose order divides 8, little-endian; x affects only the sign bit.
  private static let smallOrderYs: [[UInt8]] = [
    // Order 4, order 1, order 2: y is 0, 1 and p - 1.
    [UInt8](repeating: 0, count: 32),
    [1] + [UInt8](repeating: 0, count: 31),
    [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
    // Order 8.
    [
      0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
      0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
    ],
    [
      0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
      0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
    ],
  ]

  /// Whether the y-coordinate is below the prime, so that the point has only this encoding.
  static func isCanonical(_ bytes: [UInt8]) -> Bool {
    y(of: bytes).reversed().lexicographicallyPrecedes(prime.reversed())
  }

  /// Whether the point is one of the eight whose order divides 8, with either sign.
  ///
  /// Valid only for canonical bytes.
  static func isOfSmallOrder(_ bytes: [UInt8]) -> Bool { smallOrderYs.contains(y(of: bytes)) }

  /// The bytes without the sign of x, the top bit of the last byte.
  private static func y(of bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes[31] &= 0x7F
    return bytes
  }
}
