import Audit
import RegistryModel
import RegistrySync

/// Something that whoever reads a report should look at first.
struct ReportNotice {
  enum Level: String {
    /// Something is not what it should be.
    case bad
    /// Something is to be decided or done.
    case warning
  }

  let level: Level
  let words: String
  /// The part of the page that says more.
  let anchor: String

  static func all(_ contents: ReportContents) -> [ReportNotice] {
    let notices =
      contents.registries.flatMap { $0.notices }
      + contents.unusable.map { ReportNotice(level: .warning, words: $0.words, anchor: "others") }
      + storage(contents) + plugins(contents)
    return notices.filter { $0.level == .bad } + notices.filter { $0.level == .warning }
  }

  private static func storage(_ contents: ReportContents) -> [ReportNotice] {
    switch contents.storage {
    case .failure(let error):
      return [.init(level: .bad, words: "the cache: \(Failure(error).message)", anchor: "storage")]
    case .success(let statistics):
      guard let count = statistics?.damagedCount, count > 0 else { return [] }
      let words = "\(Quantity.count(count, "object")) cannot be read; see mmdos fsck"
      return [.init(level: .bad, words: words, anchor: "storage")]
    }
  }

  private static func plugins(_ contents: ReportContents) -> [ReportNotice] {
    var notices: [ReportNotice] = []
    for (standing, words) in [
      (ReportContents.Plugin.Standing.edited, "not as it was installed"),
      (.withdrawn, "withdrawn from its source"),
      (.unusable, "from a source that cannot be used now"), (.update, "not what its source has by now"),
      (.unrecorded, "installed without a record"),
    ] {
      let slugs = contents.plugins.filter { $0.standings.contains(standing) }.map(\.state.slug.description)
      guard let first = slugs.first else { continue }
      let more = slugs.count > 1 ? " and \(Quantity.count(slugs.count - 1, "other plugin"))" : ""
      notices.append(
        .init(level: .warning, words: "plugin '\(first)'\(more): \(words)", anchor: "plugins")
      )
    }
    if contents.isInterrupted {
      notices.append(.init(level: .warning, words: "\(PluginChangeText.interrupted)", anchor: "plugins"))
    }
    return notices
  }
}

extension ReportContents.Registry {
  fileprivate var notices: [ReportNotice] {
    var bad = summary.doubtWords + summary.lostSignerWords
    var warnings = summary.lockNote.map { ["\(name): \($0.words)"] } ?? []
    if summary.isInterrupted {
      warnings.append("\(name): a write was interrupted; the next write command finishes it")
    }
    switch overview {
    case nil: break
    case .failure(let error): bad.append("\(name): \(Failure(error).message)")
    case .success(let overview):
      if case .refused = overview.doubt, let doubt = overview.doubt {
        bad.append("\(name): today the one in use \(doubt.words)")
      }
      if let audit = overview.content?.audit, audit.hasCritical {
        bad.append(
          "\(name): \(Quantity.count(audit.count(.critical), "critical finding")) of the content audit"
        )
      }
      if let content = overview.content, !content.withheld.isEmpty {
        let files = Quantity.count(content.withheld.count, "file")
        let plugins = Quantity.count(content.standings.count, "plugin")
        warnings.append("\(name): \(files) withheld by the policy, of \(plugins)")
      }
    }
    return bad.map { .init(level: .bad, words: $0, anchor: anchor) }
      + warnings.map { .init(level: .warning, words: $0, anchor: anchor) }
  }
}

extension ReportContents.Plugin {
  /// How an installed plugin stands: against what was installed, and against its source.
  enum Standing {
    case current, edited, update, withdrawn, unusable, unrecorded
  }

  /// At least one.
  var standings: [Standing] {
    var found: [Standing] = []
    if state.entry == nil {
      found.append(.unrecorded)
    } else if !state.isAsInstalled {
      found.append(.edited)
    }
    switch source {
    case .newer, .older: found.append(.update)
    case .gone: found.append(.withdrawn)
    case .unusable: found.append(.unusable)
    case .current, .unknown: break
    }
    return found.isEmpty ? [.current] : found
  }
}
