import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// `registry lock --resolve`: what it shows of lockfile and sources first, and what it says when it is done.
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
    let sources = try resolveSources(isApproved: isApproved)
    let result = try isApproved ? resolution.run() : resolution.plan()
    guard result != nil || sources != nil else {
      if session.options.isJSON {
        session.console.print(.object([("resolved", .array([])), ("sources", .array([]))]))
      } else {
        session.console.note(
          "neither registry-lock.json nor sources.yaml has an unfinished merge, so there is nothing to resolve"
        )
      }
      return ExitCodes.done
    }
    if result?.isOfGit == false {
      session.console.warn(
        "git has no sides of this file, so they were taken from its marks, where entries can be mixed up; see mmdos registry lock --check afterwards"
      )
    }
    guard isApproved else { return try preview(result?.merge, sources).show(in: session) }
    tell(result?.merge, sources)
    return ExitCodes.done
  }

  private func resolveSources(isApproved: Bool) throws -> SourceMerge? {
    let resolution = SourceResolution(
      project,
      preferring: preferred,
      lockTimeout: session.options.lockTimeout
    )
    return try isApproved ? resolution.run() : resolution.plan()
  }

  private func tell(_ merge: LockMerge?, _ sources: SourceMerge?) {
    if session.options.isJSON {
      return session.console.print(
        .object([
          ("resolved", .array(merge?.items.map(\.json) ?? [])),
          ("sources", .array(sources?.items.map(\.json) ?? [])),
        ])
      )
    }
    let files: [(name: String, unit: (String, String), lines: [SafeText]?)] = [
      ("sources.yaml", ("registry", "registries"), sources?.items.map(\.line)),
      ("registry-lock.json", ("entry", "entries"), merge?.items.map(\.line)),
    ]
    for case (let name, let unit, let lines?) in files {
      for line in lines { session.console.print(line) }
      let count = Quantity.count(lines.count, unit.0, unit.1)
      session.console.print("wrote \(SafeText(name)) of both sides, \(count); git add it to finish the merge")
    }
  }

  private func preview(_ merge: LockMerge?, _ sources: SourceMerge?) -> Preview {
    let choice = preferred.map { " --\($0.rawValue)" } ?? ""
    let isConflict =
      merge?.items.contains(where: \.isConflict) == true
      || sources?.items.contains(where: \.isConflict) == true
    var lines: [SafeText] = []
    if let sources {
      lines += ["would make one .ai/registries/sources.yaml of both sides:"] + sources.items.map(\.line)
    }
    if let merge {
      lines += ["would make one .ai/registry-lock.json of both sides:"] + merge.items.map(\.line)
    }
    if preferred == nil, isConflict {
      lines.append("  --ours or --theirs takes that side wherever both changed an entry")
    }
    return Preview(
      command: "mmdos registry lock --resolve\(choice) --approved",
      lines: lines,
      json: [
        ("resolve", .array(merge?.items.map(\.json) ?? [])),
        ("sources", .array(sources?.items.map(\.json) ?? [])),
      ]
    )
  }
}

extension SourceMerge.Item {
  fileprivate var line: SafeText {
    let what = result.map { "with the url \($0.location.text)" } ?? "removed"
    return isConflict
      ? SafeText("  \(name): both changed it; takes \(taken.rawValue) (\(what))")
      : SafeText("  \(name): only \(taken.rawValue) changed it (\(what))")
  }

  fileprivate var json: JSONValue {
    .object([
      ("registry", .string(name.description)), ("taken", .string(taken.rawValue)),
      ("conflict", .boolean(isConflict)), ("url", .string(orNull: result?.location.text)),
    ])
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
