import Disk
import Formats
import ObjectStore
import RegistryModel
import SystemPackage

/// A view that differs from what today's policy takes: whether it is, to the byte, what another policy takes.
///
/// Then nobody touched it: the policy was changed after it was written.
struct OtherPolicyView {
  /// How many files come into such a view and leave it when it is written anew.
  struct Difference {
    var comingCount = 0
    var leavingCount = 0
  }

  let registry: OpenRegistry

  /// What differs, if some other choice of classes, extensions and findings leaves exactly this view.
  ///
  /// - Throws: `ObjectStoreError`, `DiskError`.
  func find(in view: Folder, _ snapshot: Snapshot) throws -> Difference? {
    let files = try TreeWalk.files(of: snapshot.tree, in: registry.store)
    guard let stated = try Self.stated(in: view, files) else { return nil }
    let recorded = try registry.readContentFacts()
    let today = try registry.contentFacts(of: snapshot.tree, files, knowing: recorded)
    let earlier = recorded?.tree == snapshot.tree ? recorded?.audit : nil
    for policy in policies(Self.extensions(of: stated)) {
      // What was found by the rules and exceptions of that time, by today's, or nothing.
      for audit in [earlier, today.audit, nil] {
        let facts = ContentFacts(tree: today.tree, classes: today.classes, audit: audit)
        let withholding = Withholding(files, knowing: facts, policy: policy)
        // No file is read for a choice that is not the one.
        guard withholding.taken.count == stated.count,
          withholding.taken.allSatisfy({ stated.contains($0.path.description) })
        else { continue }
        guard try ViewCheck.findings(in: view, against: ViewContent(withholding)).isEmpty else { return nil }
        return difference(from: stated, Withholding(files, knowing: today, policy: registry.policy))
      }
    }
    return nil
  }

  private func difference(from stated: Set<String>, _ today: Withholding) -> Difference {
    let wanted = Set(today.taken.map(\.path.description))
    return Difference(
      comingCount: wanted.subtracting(stated).count,
      leavingCount: stated.subtracting(wanted).count
    )
  }

  /// The paths in the view's `checksums.json`, all of which are files of the snapshot; nil where it says something else.
  private static func stated(in view: Folder, _ files: [TreeFile]) throws -> Set<String>? {
    // A hash and what stands around it.
    let limit = files.reduce(4096) { $0 + $1.path.description.utf8.count + 128 }
    let bytes: [UInt8]?
    do throws(DiskError) { bytes = try view.findBytes(ProjectLayout.checksums, limit: limit) } catch {
      guard error.isWrongKind || error.code == .fileTooLarge else { throw error }
      return nil
    }
    // try?: what does not parse says nothing.
    guard let bytes, let value = try? StrictJSON.parse(bytes, maxBytes: limit),
      case .object(let members) = value.content
    else { return nil }
    let known = Set(files.map(\.path.description))
    let stated = Set(members.map(\.name))
    return stated.isSubset(of: known) ? stated : nil
  }

  /// The extensions that a policy must have named for these files to be taken.
  private static func extensions(of paths: Set<String>) -> [String] {
    let found = paths.filter { !Withholding.isNeeded($0) }.map { ContentClass.fileExtension(of: $0) }
    return Set(found).filter { !$0.isEmpty }.sorted().map { "." + $0 }
  }

  /// Today's policy with every choice of classes, and with its extensions, those of the view, or none.
  private func policies(_ found: [String]) -> [Policy] {
    let today = registry.policy
    var policies: [Policy] = []
    for code in [false, true] {
      for media in [false, true] {
        for extensions in [today.allowedFileExtensions, nil, found] {
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
