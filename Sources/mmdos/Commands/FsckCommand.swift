import ArgumentParser
import Formats
import ObjectStore
import Refs
import RegistrySync

/// The command `mmdos fsck`.
struct FsckCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "fsck",
    abstract: "Check the whole store: every object, every ref, dangling and missing.",
    examples: ["mmdos fsck"],
    discussion: "Changes nothing. Exit code 3 on damage; dangling objects and leftovers are no damage."
  )

  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    guard let report = try StoreCheck.run(project, lockTimeout: session.options.lockTimeout) else {
      if session.options.isJSON {
        session.console.print(
          .object([("clean", .boolean(true)), ("objects", .number(0)), ("findings", .array([]))])
        )
      } else {
        session.console.print("no cache yet: nothing to check")
      }
      return ExitCodes.done
    }
    if session.options.isJSON {
      session.console.print(report.json)
    } else {
      show(report, session)
    }
    return report.isClean ? ExitCodes.done : ExitCodes.integrity
  }

  private func show(_ report: StoreCheck.Report, _ session: Session) {
    let console = session.console
    for error in report.refs { console.print("\(SafeText("✗").styled(.bad)) \(SafeText(error.words))") }
    for finding in report.objects where finding.isDamage || session.options.isVerbose {
      let mark = finding.isDamage ? SafeText("✗").styled(.bad) : SafeText("!").styled(.warning)
      console.print("\(mark) \(SafeText(finding.words))")
    }
    for name in report.unfinishedLogs {
      console.note("the reflog of \(SafeText(name)) has an unfinished last line")
    }
    let dangling = report.objects.count { if case .dangling = $0 { true } else { false } }
    let extra = dangling == 0 ? "" : ", \(dangling) dangling"
    let verdict = report.isClean ? SafeText("clean").styled(.good) : SafeText("DAMAGED").styled(.bad)
    console.print(
      "\(verdict): \(Quantity.count(report.objectCount, "object")), \(Quantity.count(report.refCount, "ref"))\(extra)"
    )
    for hint in report.hints { console.note("\("hint:", .faint) \(hint)") }
  }
}

extension StoreCheck.Report {
  /// What helps, each once.
  fileprivate var hints: [String] {
    var hints: [String] = []
    for hint in refs.compactMap({ Failure($0).hint }) where !hints.contains(hint) { hints.append(hint) }
    if objects.contains(where: \.isDamage) {
      hints.append(
        "mmdos registry verify --all --repair --approved brings back what alternates or the publisher still have"
      )
    }
    return hints
  }

  fileprivate var json: JSONValue {
    .object([
      ("clean", .boolean(isClean)), ("objects", .number(objectCount)), ("refs", .number(refCount)),
      (
        "findings",
        .array(
          refs.map {
            .object([("kind", .string("ref")), ("damage", .boolean(true)), ("message", .string($0.words))])
          }
            + objects.map {
              .object([
                ("kind", .string($0.word)), ("damage", .boolean($0.isDamage)), ("message", .string($0.words)),
              ])
            }
        )
      ),
      ("unfinished_reflogs", .array(unfinishedLogs.map { .string($0) })),
    ])
  }
}

extension Fsck.Finding {
  /// A stable identifier for JSON output.
  var word: String {
    switch self {
    case .damaged: "damaged"
    case .missing: "missing"
    case .malformed: "malformed"
    case .unusablePack: "unusable-pack"
    case .damagedCopy: "damaged-copy"
    case .dangling: "dangling"
    case .leftover: "leftover"
    case .unavailableAlternate: "unavailable-alternate"
    }
  }

  /// The finding in one line.
  var words: String {
    switch self {
    case .damaged(_, let error), .malformed(_, let error): Failure(error).message
    case .missing(let id, let use): "object \(id) is missing, needed as \(use.words)"
    case .unusablePack(let path, let problem): "'\(path)' cannot be used: \(problem.words)"
    case .damagedCopy(_, let error): "\(Failure(error).message); there is another copy"
    case .dangling(let id): "object \(id) is dangling"
    case .leftover(let path): "'\(path)' is no object; an interrupted write may have left it"
    case .unavailableAlternate(let path): "the alternate '\(path)' cannot be opened"
    }
  }
}

extension Reachability.Use {
  fileprivate var words: String {
    switch self {
    case .snapshot: "a snapshot"
    case .tree: "a tree"
    case .blob(let size): "a file of \(size) bytes"
    }
  }
}
