import ArgumentParser
import Disk
import Formats
import ObjectStore
import RegistryModel
import RegistrySync
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a running command has at hand: its flags, where it runs, and how it speaks.
struct Session: Sendable {
  let options: GlobalOptions
  let console: Console
  let environment: [String: String]
  let workingFolder: FilePath
  /// What the user decides, and no project.
  let user: UserSettings
  private let userEnvironment: UserEnvironment
  let disk = PosixDisk()

  init(_ options: GlobalOptions, console: Console) throws {
    self.options = options
    self.console = console
    environment = Self.readEnvironment()
    workingFolder = try Self.readWorkingFolder()
    userEnvironment = UserEnvironment(environment, workingFolder: workingFolder)
    user = try userEnvironment.readSettings()
  }

  /// Passes a long result to a pager on a terminal; no lock may be held, because it may stay open for hours.
  func page(_ body: (Output) -> Void) {
    Pager(for: console.output, environment: environment).show(on: console.output, body)
  }

  func page(_ lines: [SafeText]) {
    page { output in for line in lines { output.line(line) } }
  }

  /// The store that `MMDOS_SHARED_STORE` names; nil for none.
  var sharedStore: FilePath? { user.sharedStore }

  /// A path as the user gave it, made absolute.
  ///
  /// - Throws: `HomePath.Problem`.
  func absolute(_ path: String) throws -> FilePath {
    // A web address in its place leads nowhere, and an error may name a part of it in which a password does not look like
    // one any more.
    workingFolder.pushing(try typed(path.contains("://") ? AddressRedaction.redact(path) : path))
  }

  /// A path as the user gave it, with the home in place of a `~` that the shell left there.
  private func typed(_ path: String) throws -> FilePath {
    // What is there under that very name is meant. try?: what cannot be resolved is not there.
    if HomePath.needsHome(path), (try? RealPath.of(workingFolder.pushing(FilePath(path)))) != nil {
      return FilePath(path)
    }
    return FilePath(try HomePath.expand(path, home: user.home?.string))
  }

  /// The project that the command is about.
  func project() throws -> Project {
    var project = try Project.find(
      target: try options.target.map(typed),
      workingFolder: workingFolder,
      user: user,
      machineKey: MachineKeyFile(in: userEnvironment.machineKeyFolder, disk: disk),
      disk: disk
    )
    project.signingKeyFile = try signingKeyFile()
    // Whoever works in a folder below, perhaps in another repository, learns what is changed.
    if isChanging, options.target == nil, project.root.path != workingFolder {
      console.note("the project is \(quoted: project.root.path)")
    }
    return project
  }

  /// The file that `MMDOS_SIGNING_KEY_FILE` names; nil for the key in the project.
  ///
  /// - Throws: As `absolute`.
  func signingKeyFile() throws -> FilePath? {
    try environment["MMDOS_SIGNING_KEY_FILE"].flatMap { $0.isEmpty ? nil : try absolute($0) }
  }

  /// A registry that was synced, by its name as typed, or the only one there is.
  ///
  /// - Throws: `ProjectError.unknownRegistry`, `ReadingError.neverSynced`; what reading sources and policy throws.
  func registry(_ name: String?) throws -> OpenRegistry {
    let project = try project()
    return try open(project.source(orOnly: name), of: project)
  }

  /// A registry of a project that was synced.
  ///
  /// - Throws: `ReadingError.neverSynced`; what reading the policy throws.
  func open(_ source: Source, of project: Project) throws -> OpenRegistry {
    try .find(
      source,
      in: project,
      policy: project.readPolicy(),
      lockTimeout: options.lockTimeout
    )
  }

  /// The root of the project, if it was found above the working folder; nil also where there is no project yet.
  func findOuterProject() throws -> String? {
    guard options.target == nil else { return nil }
    do {
      let root = try project().root.path
      return root == workingFolder ? nil : root.string
    } catch ProjectError.noProject {
      return nil
    }
  }

  /// The failure of a command; its hint says so where the user's own configuration is above the policy.
  func explained(_ error: any Error) -> any Error {
    guard let file = user.file, !(error is ExitCode), !error.isCancellation else { return error }
    let failure = Failure(error)
    guard let hint = failure.hint,
      let key = user.configuration.atLeast.keys.first(where: { hint.contains($0) })
    else { return error }
    let more = "\(hint); \(key) in at_least of your own \(file.quoted) goes above the policy"
    return Failure(failure.code, failure.kind, failure.message, hint: more)
  }

  /// Whether the command was told to make its change.
  private var isChanging: Bool { CommandLine.arguments.contains("--approved") }

  /// Where a new project is to be made.
  func setup() throws -> ProjectSetup {
    try ProjectSetup(absolute(options.target ?? "."), user: user, disk: disk)
  }

  /// The policy of the project, for commands that need no project; nil where there is none.
  ///
  /// A project of somebody else in which the command happens to be run says nothing about the folder it was given.
  func findPolicy() throws -> Policy? {
    let project: Project
    do { project = try self.project() } catch ProjectError.noProject {
      return nil
    } catch ProjectError.unsafeFolder(let path, _) where options.target == nil {
      console.warn("\(path.quoted) is not yours alone, so its policy is not read")
      return nil
    }
    return try project.readPolicy()
  }

  /// Makes readers for sources.
  func connector(_ project: Project) -> SourceConnector {
    SourceConnector(environment: environment, root: project.root.path, user: user)
  }

  private static func readEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var next = environ
    while let entry = next.pointee {
      let pair = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
      next += 1
    }
    return variables
  }

  private static func readWorkingFolder() throws(DiskError) -> FilePath {
    guard let path = getcwd(nil, 0) else {
      throw DiskError(.open, FilePath("."), Errno(rawValue: errno))
    }
    defer { free(path) }
    return FilePath(platformString: path)
  }
}

/// A command of mmdos: parses flags, calls the library once, renders the result.
protocol Command: ParsableCommand {
  var global: GlobalOptions { get }

  /// Does the work.
  ///
  /// - Returns: The exit code.
  func run(in session: Session) throws -> Int32
}

extension Command {
  func run() throws {
    let console = Console(global)
    try console.end(
      Result {
        let session = try Session(global, console: console)
        do { return try run(in: session) } catch { throw session.explained(error) }
      }
    )
  }
}

/// A command that uses the network, and so can be interrupted.
protocol AsyncCommand: ParsableCommand, Sendable {
  var global: GlobalOptions { get }

  /// Does the work.
  ///
  /// - Returns: The exit code.
  func run(in session: Session) async throws -> Int32
}

extension AsyncCommand {
  /// Runs the command; `Main` calls this in place of `run`.
  func runAsync() async throws {
    let console = Console(global)
    let result: Result<Int32, any Error>
    do {
      try Failure.requireDescriptors()
      let session = try Session(global, console: console)
      do { result = .success(try await run(in: session)) } catch { throw session.explained(error) }
    } catch {
      result = .failure(error)
    }
    try console.end(result)
  }
}

extension Console {
  /// Writes what is still buffered, reports a failure, and turns the result into the exit code.
  fileprivate func end(_ result: Result<Int32, any Error>) throws {
    do {
      let code = try result.get()
      // A result that could not be written was not given: a full disk must not look like success.
      try finish()
      if code != ExitCodes.done { throw ExitCode(code) }
    } catch let code as ExitCode {
      throw code
    } catch {
      let failure = Failure(error)
      report(failure)
      throw ExitCode(failure.code)
    }
  }
}

/// The flag of every command that writes.
struct ApprovalOption: ParsableArguments {
  @Flag(name: .customLong("approved"), help: "Do it; without this flag only what would be done is shown.")
  var isApproved = false
}

/// What a write command shows instead of doing it, and how it ends then.
struct Preview {
  /// The command to run next, without `--target`.
  let command: String
  /// What would be done, a line each, in text form.
  let lines: [SafeText]
  /// The same for programs.
  let json: [(String, JSONValue)]
  /// Whether it is about the project that the command works on, and not about one to be made.
  var isAboutProject = true

  /// Shows it; nothing was changed.
  func show(in session: Session) throws -> Int32 {
    let project = isAboutProject ? try session.findOuterProject() : nil
    let target = session.options.target.map { " " + ShellWord.line(["--target", $0]) } ?? ""
    let command = command + target
    if session.options.isJSON {
      session.console.print(
        .object(
          [("approved", .boolean(false)), ("would", .object(json)), ("next", .string(command))]
            + (project.map { [("project", .string($0))] } ?? [])
        )
      )
    } else {
      for line in lines { session.console.print(line) }
      if let project { session.console.print("  project      \(SafeText(project))") }
      session.console.print("")
      session.console.print("Nothing was changed. To do it:")
      session.console.print("  \(SafeText(command))")
    }
    return ExitCodes.approvalNeeded
  }
}
