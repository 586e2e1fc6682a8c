import Disk
import ObjectStore
import RegistryModel

/// A view that differs from what today's policy takes: whether it is, to the byte, what another policy takes.
///
/// Then nobody touched it: the policy was changed after it was written.
struct OtherPolicyView {
  let registry: OpenRegistry

  /// Whether some other choice of classes and findings leaves exactly this view.
  ///
  /// - Throws: `ObjectStoreError`, `DiskError`.
  func matches(_ view: Folder, _ snapshot: Snapshot) throws -> Bool {
    let files = try TreeWalk.files(of: snapshot.tree, in: registry.store)
    let recorded = try registry.readContentFacts()
    let facts = try registry.contentFacts(of: snapshot.tree, files, knowing: recorded)
    let earlier = recorded?.tree == snapshot.tree ? recorded?.audit : nil
    for policy in policies {
      // What was found by the rules and exceptions of that time, by today's, or nothing.
      for audit in [earlier, facts.audit, nil] {
        let facts = ContentFacts(tree: facts.tree, classes: facts.classes, audit: audit)
        let content = ViewContent(Withholding(files, knowing: facts, policy: policy))
        // Few files are read for a choice that is not the one.
        guard try ViewCheck.hasChecksums(of: content, in: view) else { continue }
        return try ViewCheck.findings(in: view, against: content).isEmpty
      }
    }
    return false
  }

  /// Today's policy with every choice of classes, and with its extensions or none.
  private var policies: [Policy] {
    let today = registry.policy
    var policies: [Policy] = []
    for code in [false, true] {
      for media in [false, true] {
        for extensions in [today.allowedFileExtensions, nil] {
          var policy = today
          (policy.allowCode, policy.allowMedia) = (code, media)
          policy.allowedFileExtensions = extensions
          policy.audit = .quarantine
          policies.append(policy)
        }
      }
    }
    return policies
  }
}
