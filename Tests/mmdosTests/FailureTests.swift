import Audit
import Disk
import Fetch
import Formats
import ObjectStore
import Preview
import Refs
import RegistryModel
import RegistrySync
import SystemPackage
import Testing

@testable import mmdos

/// Every error of the libraries becomes an exit code, a word and a sentence.
///
/// The lists below are complete because each error type is switched over without a default: a new case does
/// not compile until it has its place, and a sample that is missing is found by counting.
struct FailureTests {
  static let id = ObjectID(hashing: [1])
  static let other = ObjectID(hashing: [2])
  static let path = FilePath("/p/.ai")
  static let disk = DiskError(.read, "/p/file", .ioError)

  // MARK: All of them

  @Test func operationsErrorsHaveWords() throws {
    let text = TextProblem(.invalidUTF8, at: TextPosition(line: 2, column: 3))
    var kinds: Set<String> = []
    func check<Failing: Error>(_ errors: [Failing], _ expected: (Failing) -> (code: Int32, kind: String)) {
      for error in errors {
        self.check(error, expected(error))
        kinds.insert(expected(error).kind)
      }
    }
    check(try Self.projectErrors(), Self.expected)
    check(try Self.readingErrors(), Self.expected)
    check(try Self.syncErrors(), Self.expected)
    check(try Self.policyRefusals(), Self.expected)
    check(try Self.trustStoreProblems(), Self.expected)
    check(try Self.fetchErrors()) { _ in (5, "network") }
    check(Self.sharingErrors, Self.expected)
    check([StorageError.cannotCollect(.missing(Self.id))], Self.expected)
    check(Self.bundleErrors(), Self.expected)
    check(try Self.nodeViewErrors(), Self.expected)
    check(try Self.pluginSearchErrors(), Self.expected)
    check(try Self.pluginContentErrors(), Self.expected)
    check(try Self.pluginInstallErrors(), Self.expected)
    check(try Self.pluginFileErrors(), Self.expected)
    check(try Self.publishProblems(text).map { PublishProblems([$0]) }) { _ in (1, "publish") }
    check([ScaffoldError.nothingFound(Self.path, hidden: []), .emptyText]) { _ in (1, "scaffold") }
    check([Self.disk]) { _ in (1, "disk") }
    #expect(kinds.count == 100)
  }

  @Test func absentFileIsNoSuchThing() {
    let failure = Failure(DiskError(.open, "/p/x", .noSuchFileOrDirectory))
    #expect(failure == Failure(6, "disk", "cannot open '/p/x': no such file or folder"))
  }

  @Test func interruptionIs130() {
    check(CancellationError(), (130, "interrupted"))
  }

  @Test func lostOutputIsAFailure() {
    check(OutputError(descriptor: 1, code: 28), (1, "output"))
  }

  /// Lower case (a quoted name, a path or an address may come first), no full stop, one line.
  func check(
    _ error: any Error,
    _ expected: (code: Int32, kind: String),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let failure = Failure(error)
    #expect(failure.code == expected.code, "\(failure)", sourceLocation: sourceLocation)
    #expect(failure.kind == expected.kind, "\(failure)", sourceLocation: sourceLocation)
    for text in [failure.message, failure.hint].compactMap({ $0 }) {
      #expect(!text.isEmpty && !text.hasSuffix("."), "\(text)", sourceLocation: sourceLocation)
      let first = text.first.map(String.init) ?? ""
      #expect(
        first == first.lowercased() || text.hasPrefix("MMDOS_"),
        "\(text)",
        sourceLocation: sourceLocation
      )
      // A case without words of its own would show as Swift writes it.
      #expect(
        !text.contains("RegistrySync.") && !text.contains("ObjectStore.") && !text.contains("without words"),
        "\(text)",
        sourceLocation: sourceLocation
      )
    }
  }
}
