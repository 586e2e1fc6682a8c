package import Audit
package import Formats

/// The policy: `.ai/policies/registry-policy.yaml` (INTEROP, DESIGN section 5).
///
/// Without the file all defaults apply, and these forbid all remote work.
package struct Policy: Equatable, Sendable {
  // MARK: Remote work

  /// Whether `add`, `sync` and remote catalogs are allowed at all.
  package var allowRemoteRegistries = false
  /// Whether `http` is allowed for localhost, 127.0.0.1 and [::1].
  package var allowHTTPLocalhost = false
  /// A PEM file with further certificate authorities, as written until `expandHome`; nil for none.
  package var caFile: String?
  /// The folder of a store shared between projects, as written until `expandHome`; nil for none.
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
  /// The path of the trust store in the project, as written.
  package var trustedKeysFile = ".ai/registries/trusted-keys.yaml"
  /// The signature algorithms that count.
  package var allowedSignatureAlgorithms: [SignatureAlgorithm] = [.ed25519, .hmacSHA256]
  /// Whether a trusted publisher must have signed; an HMAC alone does not suffice then.
  package var requireTrustedPublisher = false
  /// Whether catalog and install require a matching lockfile entry.
  package var provenanceRequired = true
  /// How many distinct trusted keys must have signed.
  package var signatureThreshold = 1

  // MARK: Files

  /// Whether plugins of community and untrusted sources may be installed.
  package var allowUntrustedInstall = false
  /// The targets of an installation that names none; without any, the project itself.
  package var installTargets: [InstallTarget] = []
  /// The folders whose assets plugins may bring, relative to the project.
  package var allowedWriteRoots = [".ai/", "adapters/"]
  /// Path patterns that plugins must not write to.
  package var blockedPaths = [
    ".env", ".npmrc", ".git/", "node_modules/", "package.json", "package-lock.json", "pnpm-lock.yaml",
    "yarn.lock",
  ]
  /// Whether views and installations have code.
  package var allowCode = false
  /// Whether views and installations have media.
  package var allowMedia = false
  /// The only extensions of files in views and installations, in lower case with their dot; nil for any.
  package var allowedFileExtensions: [String]?
  /// What the content audit does.
  package var audit: Audit = .quarantine
  /// Findings of the content audit that were reviewed and accepted.
  package var auditAllow: Set<AuditException> = []

  // MARK: Limits

  /// Limits of sizes, counts and times.
  package var limits = Limits()
  /// How many snapshots of a registry `cache clear` keeps; nil keeps all.
  package var keepSnapshots: Int?
  /// For how many days `cache clear` keeps snapshots; nil keeps them for ever.
  package var keepDays: Int?

  /// The keys that the user's own configuration makes stricter than the file (DESIGN section 8b).
  package var raisedKeys: [String] = []

  /// Settings of the file that have no effect, in the order of the file.
  package var warnings: [Warning] = []

  package init() {}

  /// What the content audit does with its findings.
  package enum Audit: String, CaseIterable, Sendable {
    /// Plugins with critical findings are withheld; all findings are reported.
    case quarantine
    /// Critical findings make the sync fail; others are reported.
    case deny
    /// All findings are reported only.
    case warn
    /// There is no audit.
    case off
  }

  /// A setting of the policy that has no effect.
  package struct Warning: Equatable, Sendable {
    package let position: TextPosition
    package let kind: Kind

    /// The reason why a setting has no effect.
    package enum Kind: Equatable, Sendable {
      /// A signature algorithm that the Node tool knows and mmdos does not support.
      case unsupportedAlgorithm(String)
    }
  }
}

extension Policy {
  /// Reads a policy file; keys that are absent keep their defaults.
  ///
  /// - Throws: `TextProblem`: the text does not parse, a key is unknown, or a value has the wrong type, is out of
  ///   range, or is one that mmdos does not support.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> Policy {
    let root = try SafeYAML.parse(bytes)
    var policy = Policy()
    // A file with only comments is an empty policy.
    if root.isNull { return policy }
    let fields = try YAMLFields(root, known: PolicyKey.all.map(\.name))
    for member in fields.members {
      guard let key = PolicyKey.all.first(where: { $0.name == member.key }) else { continue }
      try key.read(member.value, &policy)
    }
    return policy
  }
}
