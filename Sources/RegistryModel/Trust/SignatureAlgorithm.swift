/// A signature algorithm that mmdos supports, with its name in files (INTEROP "manifest.json").
package enum SignatureAlgorithm: String, Hashable, CaseIterable, Sendable {
  /// Ed25519 with a publisher's key (RFC 8032); the signature is 64 bytes in base64.
  case ed25519
  /// HMAC-SHA256 with the project's own key (RFC 2104); the signature is 32 bytes in lower-case hex.
  case hmacSHA256 = "hmac-sha256"
}
