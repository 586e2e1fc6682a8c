package import Audit
package import Formats

/// What is allowed: `.ai/policies/registry-policy.yaml` (INTEROP, DESIGN section 5).
///
/// A missing file means every default, and the defaults forbid all remote work.
package struct Policy: Equatable, Sendable {
  // MARK: Remote work

  /// The master switch for `add`, `sync` and remote catalogs.
  package var allowRemoteRegistries = false
  /// Whether `http` is taken for localhost, 127.0.0.1 and [::1].
  package var allowHTTPLocalhost = false
  /// A PEM file with certificate authorities used besides the system's, as written; nil for none.
  package var caFile: String?
  /// The folder of a store shared between projects, as written; nil for none.
  package var sharedStore: String?

  // MARK: Proof

  /// Whether a registry must carry a valid signature.
  package var requireSignature = false
  /// Whether `verify` fails without a lockfile entry.
  package var requireLockfileOnVerify = false
  /// Whether local sources may be unsigned.
  package var allowUnsignedLocal = true
  /// Whether the bundled catalog may be unsigned.
  package var allowUnsignedBundled = true
  /// Whether remote registries may be unsigned.
  package var allowUnsignedRemote = false
  /// The trust store, inside the project, as written.
  package var trustedKeysFile = ".ai/registries/trusted-keys.yaml"
  /// The signature algorithms that count.
  package var allowedSignatureAlgorithms: [SignatureAlgorithm] = [.ed25519, .hmacSHA256]
  /// Whether a trusted publisher must have signed; an HMAC alone is then not enough.
  package var requireTrustedPublisher = false
  /// Whether catalog and install use a registry only with a matching lockfile entry.
  package var provenanceRequired = true
  /// How many distinct trusted keys must have signed.
  package var signatureThreshold = 1

  // MARK: Files

  /// Whether plugins of community and untrusted sources may be installed.
  package var allowUntrustedInstall = false
  /// Folders that plugins may write to, relative to the project.
  package var allowedWriteRoots = [".ai/", "adapters/"]
  /// Path components that plugins never write.
  package var blockedPaths = [
    ".env", ".npmrc", ".git/", "node_modules/", "package.json", "package-lock.json", "pnpm-lock.yaml",
    "yarn.lock",
  ]
  /// Extensions of files that are synced and installed, in lower case with their dot.
  package var allowedFileExtensions = [".md", ".yaml", ".yml", ".json"]
  /// What the content audit does.
  package var audit: Audit = .deny
  /// Findings of the content audit that were reviewed and are accepted.
  package var auditAllow: Set<AuditException> = []

  // MARK: Limits

  /// Sizes, counts and times.
  package var limits = Limits()
  /// How many snapshots of a registry `cache clear` keeps; nil for all.
  package var keepSnapshots: Int?
  /// For how many days `cache clear` keeps snapshots; nil for ever.
  package var keepDays: Int?

  /// What the file asks for and does not get, in the order of the file.
  package var warnings: [Warning] = []

  /// The defaults.
  package init() {}

  /// What the content audit does with its findings.
  package enum Audit: String, CaseIterable, Sendable {
    /// Critical findings refuse the sync, the rest is reported.
    case deny
    /// All is reported only.
    case warn
    /// Nothing is looked at.
    case off
  }

  /// A part of the policy that has no effect.
  package struct Warning: Equatable, Sendable {
    /// Where it stands.
    package let position: TextPosition
    /// What it is.
    package let kind: Kind

    /// What has no effect.
    package enum Kind: Equatable, Sendable {
      /// A signature algorithm that the Node tool names and mmdos does not check.
      case unsupportedAlgorithm(String)
    }

    /// What has no effect: lower case, no full stop, safe to print.
    package var summary: String {
      switch kind {
      case .unsupportedAlgorithm(let name):
        "the signature algorithm \(name.quotedForMessage) is not supported, such signatures do not count"
      }
    }
  }
}

extension Policy {
  /// Reads a policy file; keys that it does not have keep their defaults.
  ///
  /// - Throws: `TextProblem`: the text does not parse, a key is unknown, a value has the wrong type or is
  ///   out of range, or asks for what mmdos never does.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> Policy {
    let root = try SafeYAML.parse(bytes)
    var policy = Policy()
    // A file of comments only is an empty policy.
    if root.isNull { return policy }
    let fields = try YAMLFields(root, known: PolicyKey.all.map(\.name))
    for member in fields.members {
      guard let key = PolicyKey.all.first(where: { $0.name == member.key }) else { continue }
      try key.read(member.value, &policy)
    }
    return policy
  }
}
