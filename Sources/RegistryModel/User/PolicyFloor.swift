import Formats

/// What a project's policy cannot go below: `at_least` of the user's configuration.
///
/// A project may be stricter. Keys that have no stricter side, such as time-outs, cannot be named.
package struct PolicyFloor: Equatable, Sendable {
  /// The named keys with their values; everything else in it is meaningless.
  private var values = Policy()
  /// The keys that are named, in the order of the file.
  package private(set) var keys: [String] = []

  /// The floor that nothing is below.
  package init() {}

  /// Reads the map of keys.
  init(_ node: YAMLNode) throws(TextProblem) {
    for member in try YAMLFields(node, for: "at_least", known: Self.names).members {
      guard let key = PolicyKey.all.first(where: { $0.name == member.key }) else { continue }
      try key.read(member.value, &values)
      if member.key == Self.caFileKey, values.caFile != nil {
        let rule = TextProblem.ValueRule.oneOf(["off"])
        let value = values.caFile ?? ""
        throw TextProblem(.invalidValue(key: member.key, value: value, rule: rule), at: member.value.position)
      }
      keys.append(member.key)
    }
    // Exceptions from the audit are what makes an audit laxer, so they count only where the user repeats them.
    if keys.contains("audit"), !keys.contains("audit_allow") { keys.append("audit_allow") }
  }

  /// The policy, with every key that is below the floor raised to it.
  package func raise(_ policy: Policy) -> Policy {
    var raised = policy
    for rule in Self.rules where keys.contains(rule.key) {
      let before = raised
      rule.raise(&raised, values)
      if raised != before { raised.raisedKeys.append(rule.key) }
    }
    return raised
  }

  /// The keys that can be named.
  static var names: [String] { rules.map(\.key) }

  private static let caFileKey = "ca_file"

  /// How one key is raised.
  private struct Rule: Sendable {
    let key: String
    /// Takes the stricter of both values.
    let raise: @Sendable (_ policy: inout Policy, _ floor: Policy) -> Void

    init(_ key: String, _ raise: @escaping @Sendable (inout Policy, Policy) -> Void) {
      self.key = key
      self.raise = raise
    }

    /// False is the stricter value.
    static func allowed(_ key: String, _ field: PolicyKey.Field<Bool>) -> Rule {
      Rule(key) { $0[keyPath: field] = $0[keyPath: field] && $1[keyPath: field] }
    }

    /// True is the stricter value.
    static func required(_ key: String, _ field: PolicyKey.Field<Bool>) -> Rule {
      Rule(key) { $0[keyPath: field] = $0[keyPath: field] || $1[keyPath: field] }
    }

    /// The smaller number is the stricter one.
    static func limit<Number: Comparable & SendableMetatype>(_ key: String, _ field: PolicyKey.Field<Number>)
      -> Rule
    {
      Rule(key) { $0[keyPath: field] = min($0[keyPath: field], $1[keyPath: field]) }
    }

    /// The shorter list is the stricter one: what both have stays.
    static func choice<Item: Equatable & SendableMetatype>(_ key: String, _ field: PolicyKey.Field<[Item]>)
      -> Rule
    {
      Rule(key) { policy, floor in
        policy[keyPath: field].removeAll { !floor[keyPath: field].contains($0) }
      }
    }
  }

  private static let rules: [Rule] = [
    .allowed("allow_remote_registries", \.allowRemoteRegistries),
    .allowed("allow_http_localhost", \.allowHTTPLocalhost),
    .allowed("allow_unsigned_local", \.allowUnsignedLocal),
    .allowed("allow_unsigned_bundled", \.allowUnsignedBundled),
    .allowed("allow_unsigned_remote", \.allowUnsignedRemote),
    .allowed("allow_untrusted_install", \.allowUntrustedInstall),
    .required("require_signature", \.requireSignature),
    .required("require_trusted_publisher", \.requireTrustedPublisher),
    .required("provenance_required", \.provenanceRequired),
    .required("require_lockfile_on_verify", \.requireLockfileOnVerify),
    Rule("signature_threshold") { $0.signatureThreshold = max($0.signatureThreshold, $1.signatureThreshold) },
    .choice("allowed_signature_algorithms", \.allowedSignatureAlgorithms),
    Rule("max_manifest_age") {
      $0.limits.maxManifestAge = smaller($0.limits.maxManifestAge, $1.limits.maxManifestAge)
    },
    Rule("min_release_age") { policy, floor in
      policy.limits.minReleaseAge = [policy.limits.minReleaseAge, floor.limits.minReleaseAge].compactMap(
        \.self
      ).max()
    },
    Rule("audit") { if $1.audit.strictness > $0.audit.strictness { $0.audit = $1.audit } },
    Rule("audit_allow") { $0.auditAllow.formIntersection($1.auditAllow) },
    Rule("blocked_paths") { policy, floor in
      policy.blockedPaths += floor.blockedPaths.filter { !policy.blockedPaths.contains($0) }
    },
    .allowed("allow_code", \.allowCode),
    .allowed("allow_media", \.allowMedia),
    Rule("allowed_file_extensions") { policy, floor in
      let allowed = floor.allowedFileExtensions ?? []
      policy.allowedFileExtensions = policy.allowedFileExtensions?.filter(allowed.contains) ?? allowed
    },
    .limit("max_plugin_files", \.limits.maxPluginFiles),
    .limit("max_plugin_size_kb", \.limits.maxPluginBytes),
    .limit("max_registry_cache_size_kb", \.limits.maxSnapshotBytes),
    .limit("max_registry_file_size_kb", \.limits.maxFileBytes),
    .limit("max_registry_files", \.limits.maxManifestEntries),
    .limit("max_manifest_size_kb", \.limits.maxManifestBytes),
    // `off`: certificate authorities are the system's and the user's own, not a project's.
    Rule(caFileKey) { policy, _ in policy.caFile = nil },
  ]

  /// The smaller of two limits, where nil is no limit.
  private static func smaller(_ one: Duration?, _ other: Duration?) -> Duration? {
    [one, other].compactMap(\.self).min()
  }
}

extension Policy.Audit {
  /// How much is refused; a larger number refuses more.
  fileprivate var strictness: Int {
    switch self {
    case .off: 0
    case .warn: 1
    case .quarantine: 2
    case .deny: 3
    }
  }
}
