import Audit
import Formats
import ObjectStore
import RegistryModel

/// All that a manifest is judged by beside itself and the clock, in one hash: while it is the same, the judgement is.
enum UnchangedStamp {
  /// `trust`: What was read of the project's files; nil where the hash of the trust store is not known.
  static func of(_ registry: OpenRegistry, entry: LockEntry?, trust: TrustMaterial?) -> ObjectID? {
    guard let trust, let store = trust.storeID else { return nil }
    return of(registry, entry: entry, key: trust.projectKey, trustStore: store)
  }

  /// Nil without a lock entry, as there is nothing then that was judged before.
  static func of(
    _ registry: OpenRegistry,
    entry: LockEntry?,
    key: ProjectKey?,
    trustStore: ObjectID
  ) -> ObjectID? {
    guard let entry else { return nil }
    let source = registry.source
    // How many files are fetched at once changes no judgement, and is less where several registries are synced.
    var policy = registry.policy
    policy.limits.maxConcurrentTransfers = Limits().maxConcurrentTransfers
    return ObjectID(
      hashing: CanonicalJSON.encode(
        .object([
          ("program", .string("\(Agent.name) \(AuditRule.version) \(ContentClass.version)")),
          ("policy", policy.statement),
          (
            "source",
            .array(
              [source.name.description, source.location.typeName, source.location.text]
                .map { .string($0) }
            )
          ),
          ("trust_level", .string(source.trustLevel.rawValue)),
          ("signature_required", .boolean(source.isSignatureRequired)),
          ("signers", .array(source.signers.map { .string($0) })),
          ("trust_store", .string(trustStore.description)),
          // A code of the key, which reveals nothing of it.
          ("key", .string(orNull: key?.fingerprint.description)),
          ("entry", .string(ObjectID(hashing: entry.hmacPayload).description)),
          ("signature", .string(orNull: entry.signature)), ("code", .string(orNull: entry.entryHMAC)),
        ])
      )
    )
  }
}
