import ArgumentParser
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry trust list`.
struct TrustList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the trusted publishers' keys.",
    examples: ["mmdos registry trust list"]
  )

  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let (_, _, editing) = try session.trustStore()
    let store = try editing.read()
    if session.options.isJSON {
      session.console.print(
        .object([("path", .string(editing.path.string)), ("keys", .array(store.keys.map(\.json)))])
      )
      return ExitCodes.done
    }
    guard !store.keys.isEmpty else {
      session.console.note("no publisher is trusted yet; mmdos registry trust add --help")
      return ExitCodes.done
    }
    var table = Table(
      ["KEY ID", "STATUS", "SCOPES", "FINGERPRINT", "NAME"].map { Table.Column(SafeText($0)) }
    )
    for key in store.keys {
      let style: Style = key.isUsable ? .good : .warning
      table.append([
        SafeText(key.keyID), SafeText(key.status.rawValue).styled(style), SafeText(key.scopesText),
        SafeText(key.fingerprint.description).styled(.id), SafeText(key.name),
      ])
    }
    session.console.print(table)
    return ExitCodes.done
  }
}
