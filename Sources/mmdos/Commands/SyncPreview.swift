import Formats
import RegistryModel
import RegistrySync

/// What `registry sync` shows before it is approved.
struct SyncPreview {
  let source: Source
  let policy: Policy
  /// What is said of what is held: why it does not count any more.
  private let doubts: [String]
  private let isDryRun: Bool
  private let isFetching: Bool
  private let isOffline: Bool

  /// `isDryRun`: Whether the sync is to stop before it changes anything; `isFetching`: whether it is to fetch the
  /// files even so.
  init(
    _ source: Source,
    _ policy: Policy,
    in project: Project,
    isDryRun: Bool,
    isFetching: Bool,
    isOffline: Bool
  ) {
    self.source = source
    self.policy = policy
    // try?: what of the cache or the lockfile cannot be read stops the sync itself, which says why.
    let summary = try? RegistrySummary(of: source, in: project)
    doubts = summary.map { $0.doubtWords + $0.lostSignerWords } ?? []
    self.isDryRun = isDryRun
    self.isFetching = isFetching
    self.isOffline = isOffline
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
    case .web where isOffline: ["nothing: only what is here or in an alternate is used"]
    case .web(let url):
      ["\(url.manifestURL)"]
        + (isDryRun && !isFetching
          ? [] : ["\(url.baseFolder)… (the files that the manifest names and that are not held yet)"])
        + source.mirrors.map { "\($0.baseFolder)… (a mirror: what the places before it fail to serve)" }
    default: ["nothing: it is a folder on this machine"]
    }
  }

  private var writes: [(path: String, what: String)] {
    let cache = ".ai/registry-cache/"
    if isDryRun { return isFetching ? [(cache, "objects")] : [] }
    return [
      (cache, "objects, refs, and the view \(source.name)/"), (".ai/registry-lock.json", "its entry"),
    ]
  }

  var lines: [SafeText] {
    let limits = policy.limits
    let head: [SafeText] = [
      "would \(isDryRun ? "look at what a sync brings to" : "sync") \(SafeText(source.name.description))",
      "  source       \(SafeText(source.location.text))",
      "  type         \(source.location.typeName)",
      "  trust level  \(source.trustLevel.rawValue)",
      "  checksums    required: every file must hash to what the manifest says",
      "  signature    \(signatureRule)",
      "  limits       \(Quantity.bytes(limits.maxSnapshotBytes)) in all, \(Quantity.bytes(limits.maxFileBytes)) a file, "
        + "\(limits.maxManifestEntries) files, manifest \(Quantity.bytes(limits.maxManifestBytes)), "
        + "\(limits.maxConcurrentTransfers) transfers at once",
    ]
    return head + requests.map { "  request      \(SafeText($0))" }
      + (writes.isEmpty
        ? ["  write        nothing"]
        : writes.map { "  write        \(SafeText($0.path)) (\(SafeText($0.what)))" })
      + doubts.map { "  note         \(SafeText($0))" }
  }

  var json: JSONValue {
    let limits = policy.limits
    return .object([
      ("registry", .string(source.name.description)), ("url", .string(source.location.text)),
      ("mirrors", source.mirrors.json),
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
      ("writes", .array(writes.map { .string($0.path) })),
      ("warnings", .array(doubts.map { .string($0) })),
    ])
  }
}
