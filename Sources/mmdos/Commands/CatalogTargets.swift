import ArgumentParser
import Formats
import RegistryModel

/// The command `mmdos catalog targets`.
struct CatalogTargets: Command {
  static let configuration = CommandConfiguration(
    commandName: "targets",
    abstract: "Say where each tool reads skills, agents, prompts and rules, for --for.",
    examples: ["mmdos catalog targets"],
    discussion: """
      What has no place in a tool is not written for it. Files that are merged by hand, such as AGENTS.md, settings, \
      hooks and MCP servers, are never written.
      """
  )

  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    if session.options.isJSON {
      session.console.print(.object([("targets", .array(InstallTarget.allCases.map(\.json)))]))
      return ExitCodes.done
    }
    var table = Table([Table.Column("TARGET"), Table.Column("KIND"), Table.Column("PLACE")])
    for target in InstallTarget.allCases {
      for kind in AssetKind.allCases {
        let place = target.place(of: kind)?.description ?? "-"
        table.append([SafeText(target.rawValue), SafeText(kind.rawValue), SafeText(place)])
      }
    }
    session.console.print(table)
    return ExitCodes.done
  }
}

extension InstallTarget {
  fileprivate var json: JSONValue {
    .object(
      [("target", .string(rawValue))]
        + AssetKind.allCases.map { ($0.rawValue, .string(orNull: place(of: $0)?.description)) }
    )
  }
}
