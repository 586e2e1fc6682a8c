import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// `registry lock --resolve`: what it shows first, and what it says when it is done.
struct LockResolving {
  let project: Project
  let preferred: MergeMarks.Side?
  let session: Session

  func run(isApproved: Bool) throws -> Int32 {
    let resolution = LockfileResolution(
      project,
      preferring: preferred,
      lockTimeout: session.options.lockTimeout
    )
    guard let result = try isApproved ? resolution.run() : resolution.plan() else {
      if session.options.isJSON {
        session.console.print(.object([("resolved", .array([]))]))
      } else {
        session.console.note("registry-lock.json has no unfinished merge, so there is nothing to resolve")
      }
      return ExitCodes.done
    }
    if !result.isOfGit {
      session.console.warn(
        "git has no sides of this file, so they were taken from its marks, where entries can be mixed up; see mmdos registry lock --check afterwards"
      )
    }
    let merge = result.merge
    guard isApproved else { return try preview(merge).show(in: session) }
    if session.options.isJSON {
      session.console.print(.object([("resolved", .array(merge.items.map(\.json)))]))
    } else {
      for item in merge.items { session.console.print(item.line) }
      let count = Quantity.count(merge.items.count, "entry", "entries")
      session.console.print(
        "wrote registry-lock.json of both sides, \(count); git add it to finish the merge"
      )
    }
    return ExitCodes.done
  }

  private func preview(_ merge: LockMerge) -> Preview {
    let choice = preferred.map { " --\($0.rawValue)" } ?? ""
    let hasChoice = preferred == nil && merge.items.contains(where: \.isConflict)
    return Preview(
      command: "mmdos registry lock --resolve\(choice) --approved",
      lines: ["would make one .ai/registry-lock.json of both sides:"] + merge.items.map(\.line)
        + (hasChoice ? ["  --ours or --theirs takes that side wherever both changed an entry"] : []),
      json: [("resolve", .array(merge.items.map(\.json)))]
    )
  }
}

extension LockMerge.Item {
  fileprivate var line: SafeText {
    let problem = problems.first.map { "; the entry \($0.words), and is refused until it is adopted" } ?? ""
    return SafeText("  \(name): \(words)\(problem)")
  }

  private var words: String {
    switch reason {
    case .agreed: "both sides say the same (\(Self.words(result)))"
    case .onlyChange where result == nil && ours == nil && theirs == nil: "kept as \(taken.rawValue) has it"
    case .onlyChange where result == nil: "removed, as by \(taken.rawValue)"
    case .onlyChange: "only \(taken.rawValue) changed it (\(Self.words(result)))"
    case .conflict:
      "both changed it; takes \(taken.rawValue) (\(Self.words(result))), not \(Self.words(left))"
    }
  }

  /// The entry that is not taken.
  private var left: LockEntry? { taken == .ours ? theirs : ours }

  private static func words(_ entry: LockEntry?) -> String {
    guard let entry else { return "no entry" }
    let version = entry.version.map { "version \($0)" } ?? "manifest \(entry.manifest)"
    return version + (entry.generatedAt.map { " of \($0)" } ?? "") + (entry.isPinned ? ", pinned" : "")
  }

  fileprivate var json: JSONValue {
    .object([
      ("registry", .string(name.description)), ("taken", .string(taken.rawValue)),
      ("conflict", .boolean(isConflict)),
      ("ours", .string(orNull: ours?.manifest.description)),
      ("theirs", .string(orNull: theirs?.manifest.description)),
      ("result", .string(orNull: result?.manifest.description)),
      ("code", .string(orNull: problems.first?.field)),
    ])
  }
}
