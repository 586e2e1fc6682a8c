import ArgumentParser
import ObjectStore
import RegistryModel
import RegistrySync

/// The command `mmdos registry show`.
struct RegistryShow: Command {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one registry.",
    examples: ["mmdos registry show partner"]
  )

  @Argument(
    help: "The registry's name; may be left out if there is only one.",
    completion: Completion.registry
  )
  var name: String?
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    if let name, let unusable = try project.readSources().findUnusable(name) {
      session.options.isJSON
        ? session.console.print(unusable.json) : session.console.print(unusable.rows)
      return ExitCodes.done
    }
    let summary = try RegistrySummary(of: project.source(orOnly: name), in: project)
    if session.options.isJSON {
      session.console.print(summary.json)
      return ExitCodes.done
    }
    var rows: [(String, String)] = [
      ("name", summary.source.name.description), ("url", summary.source.location.text),
    ]
    rows += summary.source.mirrors.map { ("mirror", $0.description) }
    rows += [
      ("type", summary.source.location.typeName), ("enabled", summary.source.isEnabled ? "yes" : "no"),
      ("trust level", summary.source.trustLevel.rawValue),
      ("signature", summary.source.isSignatureRequired ? "required by the source" : "as the policy says"),
    ]
    if let snapshot = summary.snapshot {
      rows += [
        (
          "in use",
          "\(snapshot.abbreviated) (version \(summary.version ?? "?"))" + summary.pinWords
        ),
        ("synced", Self.time(summary.syncedAt)), ("checked", Self.time(summary.checkedAt)),
        ("publisher", summary.publisher ?? "-"), ("trust", summary.trust ?? "-"),
      ]
    } else {
      rows.append(
        ("in use", summary.isBundled ? "nothing to sync: it came with the program" : "nothing: never synced")
      )
    }
    if let disbelief = summary.disbelief {
      rows.append(("doubt", "nothing shows that it is what was synced: \(disbelief.words)"))
    }
    if let disbelief = summary.latestDisbelief {
      rows.append(("newest", "nothing shows that it was synced: \(disbelief.words)"))
    }
    if let note = summary.lockNote { rows.append(("lock entry", note.words)) }
    if summary.isInterrupted {
      rows.append(("note", "a write was interrupted; the next write command finishes it"))
    }
    session.console.print(rows)
    summary.warnOfLostSigners(session.console)
    return ExitCodes.done
  }

  private static func time(_ text: String?) -> String {
    text.map { TimeText($0).both.description } ?? "-"
  }
}
