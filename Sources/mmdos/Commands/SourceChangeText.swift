import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// What `registry set` shows: the old and the new values, and what follows from them.
struct SourceChangeText {
  private let plan: SourceEditing.ChangePlan
  private let policy: Policy
  private let trustStore: TrustStore?

  init(_ plan: SourceEditing.ChangePlan, _ policy: Policy, trustStore: TrustStore?) {
    (self.plan, self.policy, self.trustStore) = (plan, policy, trustStore)
  }

  private var name: String { plan.new.name.description }

  /// The values that change, by their keys in the file; the old one is nil where the entry could not be used.
  private var changes: [(key: String, old: String?, new: String)] {
    let new = Self.values(plan.new)
    guard let old = plan.old.map(Self.values) else {
      return [
        ("type", plan.unusable?.typeName, plan.new.location.typeName),
        ("url", plan.unusable?.url, plan.new.location.text),
        ("trust_level", nil, plan.new.trustLevel.rawValue),
      ].filter { $0.1 != $0.2 }
    }
    return zip(old, new).filter { $0.1 != $1.1 }.map { ($0.0, $0.1, $1.1) }
  }

  private static func values(_ source: Source) -> [(String, String)] {
    [
      ("type", source.location.typeName), ("url", source.location.text),
      ("enabled", source.isEnabled ? "true" : "false"), ("trust_level", source.trustLevel.rawValue),
      ("signature_required", source.isSignatureRequired ? "true" : "false"),
      ("signers", source.signers.isEmpty ? "any active key" : source.signers.joined(separator: ", ")),
      (
        "mirrors",
        source.mirrors.isEmpty ? "none" : source.mirrors.map(\.description).joined(separator: ", ")
      ),
    ]
  }

  var changeLines: [SafeText] {
    changes.map { key, old, new in
      let name = key + String(repeating: " ", count: max(0, 18 - key.utf8.count))
      return "  \(name)  \(SafeText(old ?? "-")) → \(SafeText(new))"
    }
  }

  // MARK: Consequences

  private var consequences: [String] {
    let keys = Set(changes.map(\.key))
    var lines: [String] = []
    if keys.contains("url") { lines += addressWords }
    if keys.contains("trust_level") {
      lines.append("trust level \(plan.new.trustLevel.rawValue): \(plan.new.trustLevel.words(policy))")
    }
    if keys.contains("enabled") {
      lines.append(
        plan.new.isEnabled
          ? "it is synced, listed and installed from again"
          : "it is listed, but not synced, and nothing is installed from it; what is installed stays"
      )
    }
    if keys.contains("signature_required") {
      lines.append(
        plan.new.isSignatureRequired
          ? "an unsigned manifest is refused, whatever the policy says"
          : "whether an unsigned manifest is accepted is what the policy says; one that was signed before is refused"
      )
    }
    if keys.contains("mirrors") { lines += mirrorWords }
    return keys.contains("signers") ? lines + signerWords : lines
  }

  private var mirrorWords: [String] {
    plan.new.mirrors.isEmpty
      ? ["only the registry's own url is asked"]
      : [
        "what the registry's own url fails to serve is asked of these in turn; as every byte is proven, they need no trust"
      ]
  }

  private var addressWords: [String] {
    guard let entry = plan.entry else {
      return ["nothing was synced yet; next: mmdos registry sync \(name)"]
    }
    let pinned =
      "it is pinned to what came from the old address, so the next sync is refused until "
      + "mmdos registry unpin \(name) --approved"
    return [
      "what is remembered stays: pin, highest version, signers; the manifest at the new address is judged by it, "
        + "so an older version, another registry_name or other signers are refused",
      "what is unsigned was vouched for at the old address alone: its history begins anew with the next sync",
      "until the next sync, verify reports that the lock entry names the old address; "
        + "next: mmdos registry sync \(name)",
    ] + (entry.isPinned ? [pinned] : [])
  }

  private var signerWords: [String] {
    var lines: [String] = []
    if plan.new.signers.isEmpty {
      lines.append("signatures of every active key of the trust store count")
    } else {
      lines.append("only signatures of \(plan.new.signers.joined(separator: ", ")) count")
      let known = Set((trustStore?.keys ?? []).map(\.keyID))
      let unknown = plan.new.signers.filter { !known.contains($0) }
      if !unknown.isEmpty {
        let names = unknown.joined(separator: ", ")
        lines.append("not in the trust store: \(names); mmdos registry trust add \(unknown[0]) --help")
      }
    }
    let pinned = (plan.entry?.signers ?? []).map(\.keyID)
    guard !pinned.isEmpty else { return lines }
    let kept = plan.new.signers.isEmpty ? pinned : pinned.filter(plan.new.signers.contains)
    lines.append(
      kept.count >= policy.signatureThreshold
        ? "the pinned signers stay (\(pinned.joined(separator: ", "))); the next sync needs one that still signs"
        : "the pinned signers (\(pinned.joined(separator: ", "))) do not count any more, so the next sync is refused "
          + "as a key change until --accept-new-key --approved"
    )
    return lines
  }

  var consequenceLines: [SafeText] { consequences.map { "  \(SafeText($0))" } }

  // MARK: Output

  func preview(_ words: [String]) -> Preview {
    let choice = changes.contains { $0.key == "trust_level" } ? plan.new.trustLevel.choice(policy) : []
    return Preview(
      command: ShellWord.line(words),
      lines: ["would change \(SafeText(name)) in .ai/registries/sources.yaml:"] + changeLines + [""]
        + consequenceLines + choice,
      json: members
    )
  }

  func json(isDone: Bool) -> JSONValue { .object([("changed", .boolean(isDone))] + members) }

  private var members: [(String, JSONValue)] {
    [
      ("set", .string(name)),
      (
        "changes",
        .array(
          changes.map {
            .object([
              ("key", .string($0.key)), ("old", .string(orNull: $0.old)), ("new", .string($0.new)),
            ])
          }
        )
      ),
      ("consequences", .array(consequences.map { .string($0) })),
    ]
  }
}
