import ArgumentParser
import Preview
import RegistrySync
import Formats
import Preview
import SystemPackage

/// The command `mmdos registry serve`.
struct RegistryServe: AsyncCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve a folder on this machine only, to preview a registry.",
    examples: ["mmdos registry serve registry", "mmdos registry serve registry --port 0"],
    discussion: "Serves what 'registry publish' publishes: nothing that it leaves out."
  )

  @Argument(help: "The folder to serve.", completion: .directory) var folder: String
  @Option(help: "The port; 0 takes a free one.") var port: Int = 8787
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port takes 0 to 65535") }
  }

  func run(in session: Session) async throws -> Int32 {
    let console = session.console
    let isVerbose = !session.options.isQuiet
    let path = try session.absolute(folder)
    let published = try PublishedPaths(path)
    let server = try StaticServer(
      folder: path,
      port: port,
      paths: ServedPaths { published.contains($0) },
      onRequest: { answer in
        if isVerbose { console.note("\(answer.status) \(answer.method) \(answer.target)") }
      }
    )
    let address = "http://127.0.0.1:\(server.port)/catalog.yaml"
    if session.options.isJSON {
      console.print(.object([("url", .string(address)), ("port", .number(server.port))]))
    } else {
      console.print("serving \(SafeText(path.string)) at")
      console.print("  \(address)")
      console.note("clients need allow_http_localhost: true; Ctrl-C stops it")
    }
    console.output.flush()
    do {
      while true { try await Task.sleep(for: .seconds(3600)) }
    } catch {
      // The command runs until it is interrupted, which is not a failure.
      await server.stop()
    }
    return ExitCodes.done
  }
}
