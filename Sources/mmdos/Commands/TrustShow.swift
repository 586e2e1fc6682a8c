import ArgumentParser
import RegistrySync

/// The command `mmdos registry trust show`.
struct TrustShow: Command {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one trusted key.",
    examples: ["mmdos registry trust show acme"]
  )

  @Argument(
    help: ArgumentHelp("The key's name in the trust store.", valueName: "key-id"),
    completion: Completion.keyID
  )
  var keyID: String
  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let key = try session.trustStore().editing.find(keyID)
    if session.options.isJSON {
      session.console.print(key.json)
    } else {
      session.console.print(key.rows)
    }
    return ExitCodes.done
  }
}
