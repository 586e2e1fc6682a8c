import RegistrySync

/// What `registry sync` shows before it is approved.
struct SyncPreview {
  let source: Source
  let policy: Policy

  init(_ source: Source, _ policy: Policy) {
    self.source = source
    self.policy = policy
  }

  private var signatureRule: String {
    if source.isSignatureRequired { return "required by the source" }
    if policy.requireSignature { return "required by the policy" }
    let allowed =
      switch source.location {
      case .web: policy.allowUnsignedRemote
      default: policy.allowUnsignedLocal
      }
    return allowed
      ? "unsigned registries are allowed by the policy" : "required: the policy allows no unsigned ones"
  }

  private var requests: [String] {
    switch source.location {
    case .web(let url):
      [
        "\(url.manifestURL)",
        "\(url.baseFolder)… (the files that the manifest names and that are not held yet)",
      ]
    default: ["nothing: it is a folder on this machine"]
    }
  }

  var lines: [SafeText] {
    let limits = policy.limits
    let head: [SafeText] = [
      "would sync \(SafeText(source.name.description))",
      "  source       \(SafeText(source.location.text))",
      "  type         \(source.location.typeName)",
      "  trust level  \(source.trustLevel.rawValue)",
      "  checksums    required: every file must hash to what the manifest says",
      "  signature    \(signatureRule)",
      "  limits       \(Quantity.bytes(limits.maxSnapshotBytes)) in all, \(Quantity.bytes(limits.maxFileBytes)) a file, "
        + "\(limits.maxManifestEntries) files, manifest \(Quantity.bytes(limits.maxManifestBytes)), "
        + "\(limits.maxConcurrentTransfers) transfers at once",
    ]
    return head + requests.map { "  request      \(SafeText($0))" } + [
      "  write        .ai/registry-cache/ (objects, refs, and the view \(SafeText(source.name.description))/)",
      "  write        .ai/registry-lock.json (its entry)",
    ]
  }

  var json: JSONValue {
    let limits = policy.limits
    return .object([
      ("registry", .string(source.name.description)), ("url", .string(source.location.text)),
      ("type", .string(source.location.typeName)), ("trust_level", .string(source.trustLevel.rawValue)),
      ("checksum_required", .boolean(true)), ("signature", .string(signatureRule)),
      (
        "limits",
        .object([
          ("max_snapshot_bytes", .number(limits.maxSnapshotBytes)),
          ("max_file_bytes", .number(limits.maxFileBytes)),
          ("max_files", .number(limits.maxManifestEntries)),
          ("max_manifest_bytes", .number(limits.maxManifestBytes)),
          ("max_concurrent_transfers", .number(limits.maxConcurrentTransfers)),
        ])
      ),
      ("requests", .array(requests.map { .string($0) })),
      (
        "writes",
        .array([.string(".ai/registry-cache/"), .string(".ai/registry-lock.json")])
      ),
    ])
  }
}
