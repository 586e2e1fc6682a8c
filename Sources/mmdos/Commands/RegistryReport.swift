import ArgumentParser
import Formats
import RegistryModel
import RegistrySync

/// The command `mmdos registry report`.
struct RegistryReport: Command {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write one page of HTML about registries: history, trust, storage, audit, plugins.",
    examples: ["mmdos registry report --html report.html", "mmdos registry report partner --html -"],
    discussion: """
      The page needs nothing else and no network, and has no scripts: it can be sent, kept beside a release, or read on a \
      phone. It says what is not believed, as log, status and verify do. Without a name it is about all registries. With \
      '-' in place of a file it is printed. What cannot be read is said on the page, and its exit code is the command's.
      """
  )

  @Argument(help: "The registry's name; without it all.", completion: Completion.registry) var name: String?
  @Option(
    name: .customLong("html"),
    help: ArgumentHelp("The file to write.", valueName: "file"),
    completion: .file(extensions: ["html"])
  )
  var file: String
  @Option(help: ArgumentHelp("Show this many syncs of each registry.", valueName: "count")) var limit = 50
  @Flag(help: "Replace a file that is there.") var force = false
  @OptionGroup var global: GlobalOptions

  func validate() throws {
    if limit < 1 { throw ValidationError("--limit takes a number of at least 1") }
    guard file != "-" || !global.isJSON else { throw ValidationError("give --json or --html -, not both") }
  }

  func run(in session: Session) throws -> Int32 {
    let contents = try ReportContents(of: session.project(), registry: name, limit: limit, in: session)
    let page = ReportPage(contents)
    for notice in page.notices where notice.level == .bad { session.console.warn(notice.words) }
    if file == "-" {
      session.console.print(page: page.document)
    } else {
      try session.write(Array(page.document.html.utf8), to: file, replaces: force)
      show(contents, page.notices, in: session)
    }
    return contents.failures.first?.failure.code ?? ExitCodes.done
  }

  private func show(_ contents: ReportContents, _ notices: [ReportNotice], in session: Session) {
    let overviews = contents.overviews
    let syncs = overviews.reduce(0) { $0 + $1.syncs.count }
    guard session.options.isJSON else {
      session.console.print(
        "\(Quantity.count(contents.synced.count, "registry", "registries")), \(Quantity.count(syncs, "sync")), "
          + "\(Quantity.count(contents.plugins.count, "installed plugin")) written to \(SafeText(file))"
      )
      return
    }
    let failures = contents.failures.map { subject, failure in
      JSONValue.object([("about", .string(subject)), ("error", failure.json)])
    }
    session.console.print(
      .object([
        ("path", .string(file)), ("registries", .number(contents.synced.count)),
        ("syncs", .number(syncs)),
        ("older_syncs", .number(overviews.reduce(0) { $0 + $1.olderCount })),
        ("plugins", .number(contents.plugins.count)),
        ("warnings", .array(notices.map { .string($0.words) })), ("failures", .array(failures)),
      ])
    )
  }
}
