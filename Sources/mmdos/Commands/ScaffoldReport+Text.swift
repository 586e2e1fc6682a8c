import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// What a scaffold did, as text and as JSON.
extension ScaffoldReport {
  /// Prints the plugins, what is left out, and the next command.
  func print(to console: Console, isDryRun: Bool, isVerbose: Bool) {
    let files = plugins.map(\.fileCount).reduce(0, +)
    console.print(
      "\(isDryRun ? "would make" : "made") \(Quantity.count(plugins.count, "plugin")) of "
        + "\(Quantity.count(files, "file"))"
    )
    console.print("  \(output.string)")
    console.print(
      "  \(written.count) \(isDryRun ? "to write" : "written"), \(removed.count) "
        + "\(isDryRun ? "to remove" : "removed"), \(unchangedCount) unchanged"
    )
    for plugin in plugins {
      console.print(
        "  \(plugin.slug.description): \(plugin.category), \(Quantity.count(plugin.fileCount, "file")) of "
          + "\(quoted: plugin.source.isEmpty ? "." : plugin.source)"
      )
    }
    if isVerbose {
      for path in written { console.print("  write \(path)") }
      for path in removed { console.print("  remove \(path)") }
    }
    let lines = isVerbose ? leftOut.map { ($0.path, 1, $0.reason) } : gathered
    if !lines.isEmpty { console.print("left out:") }
    for (path, count, reason) in lines {
      let files: SafeText = path.hasSuffix("/") && count > 1 ? " (\(count) files)" : ""
      console.print("  \(path)\(files): \(reason.words)")
    }
    let folder = ShellWord.quote(output.string)
    console.note(
      "next: mmdos registry publish \(folder) --check, the first time with --name, --publisher and --version"
    )
  }

  /// How many mentions are shown for each plugin; further ones are only counted.
  private static let maxMentions = 3

  /// All warnings; of the mentions of one plugin only the first, unless all are wanted.
  func warningLines(isVerbose: Bool) -> [String] {
    var counts: [String: Int] = [:]
    var lines: [String] = []
    for warning in warnings {
      guard case .mention(_, _, let plugin) = warning else {
        lines.append(warning.words)
        continue
      }
      counts[plugin, default: 0] += 1
      if isVerbose || counts[plugin, default: 0] <= Self.maxMentions { lines.append(warning.words) }
    }
    guard !isVerbose else { return lines }
    return lines
      + counts.filter { $0.value > Self.maxMentions }.sorted { $0.key < $1.key }.map { plugin, count in
        "texts of plugin \(plugin.quotedForMessage) name "
          + "\(Quantity.count(count - Self.maxMentions, "more file")) that it does not have; --verbose lists them"
      }
  }

  /// What is left out, a folder in one line where all that is left out in it has the same reason and nothing in it is
  /// taken.
  private var gathered: [(String, Int, Reason)] {
    let taken = Set(plugins.map(\.source))
    var tree: [String: (count: Int, reason: Reason?)] = [:]
    for item in leftOut {
      var folder = SourcePath.parent(item.path)
      while !folder.isEmpty {
        let held = tree[folder]
        let isSame = held == nil || held?.reason == item.reason
        tree[folder] = ((held?.count ?? 0) + 1, isSame ? item.reason : nil)
        folder = SourcePath.parent(folder)
      }
    }
    // A folder with something that is taken is not left out as a whole.
    for source in taken {
      var folder = source
      while !folder.isEmpty {
        tree[folder] = nil
        folder = SourcePath.parent(folder)
      }
    }
    var lines: [(String, Int, Reason)] = []
    var last = ""
    for item in leftOut {
      if !last.isEmpty, SourcePath.isBelow(item.path, last) { continue }
      let names = SourcePath.names(item.path).dropLast()
      let whole = names.indices.lazy.map { names[...$0].joined(separator: "/") }
        .first { tree[$0]?.reason != nil }
      if let whole, let count = tree[whole]?.count {
        last = whole
        lines.append((whole + "/", count, item.reason))
      } else {
        lines.append((item.path, 1, item.reason))
      }
    }
    return lines
  }

  func json(isDryRun: Bool) -> JSONValue {
    .object([
      ("output", .string(output.string)), ("dry_run", .boolean(isDryRun)),
      (
        "plugins",
        .array(
          plugins.map {
            .object([
              ("slug", .string($0.slug.description)), ("category", .string($0.category)),
              ("source", .string($0.source)), ("files", .number($0.fileCount)),
            ])
          }
        )
      ), ("written", .array(written.map { .string($0) })), ("removed", .array(removed.map { .string($0) })),
      ("unchanged", .number(unchangedCount)),
      (
        "left_out",
        .array(leftOut.map { .object([("path", .string($0.path)), ("why", .string($0.reason.words))]) })
      ), ("warnings", .array(warnings.map { .string($0.words) })),
    ])
  }
}
