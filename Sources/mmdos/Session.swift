import ArgumentParser
import Disk
import Formats
import ObjectStore
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
  let disk = PosixDisk()

  init(_ options: GlobalOptions, console: Console) throws(DiskError) {
    self.options = options
    self.console = console
    environment = Self.readEnvironment()
    workingFolder = try Self.readWorkingFolder()
  }

  /// Folders that may belong to someone else: absolute paths, separated by colons, no wildcards.
  private var safeDirectories: [FilePath] {
    (environment["MMDOS_SAFE_DIRECTORY"] ?? "").split(separator: ":").map { FilePath(String($0)) }
      .filter { $0.isAbsolute && !$0.string.contains("*") }
  }

  /// The store that `MMDOS_SHARED_STORE` names; nil for none.
  var sharedStore: FilePath? {
    environment["MMDOS_SHARED_STORE"].flatMap { $0.isEmpty ? nil : absolute($0) }
  }

  /// A path as the user gave it, made absolute.
  func absolute(_ path: String) -> FilePath {
    workingFolder.pushing(FilePath(path))
  }

  /// The project that the command is about.
  func project() throws -> Project {
    try Project.find(
      target: options.target.map { FilePath($0) },
      workingFolder: workingFolder,
      safeDirectories: safeDirectories,
      machineKey: MachineKeyFile(in: machineKeyFolder, disk: disk),
      disk: disk
    )
  }

  /// A registry that was synced, by its name as typed.
  ///
  /// - Throws: `ProjectError.unknownRegistry`, `ReadingError.neverSynced`; what reading sources and policy throws.
  func registry(_ name: String) throws -> OpenRegistry {
    let project = try project()
    return try .find(
      project.source(name),
      in: project,
      policy: project.readPolicy(),
      lockTimeout: options.lockTimeout
    )
  }

  /// The folder of the machine's key, by the XDG Base Directory Specification 0.8; nil where none is known.
  private var machineKeyFolder: FilePath? {
    // An empty or a relative path counts as not set, as that specification says.
    func folder(_ variable: String) -> FilePath? {
      environment[variable].map { FilePath($0) }.flatMap { $0.isAbsolute ? $0 : nil }
    }
    let states = folder("XDG_STATE_HOME") ?? folder("HOME")?.pushing(".local/state")
    return states?.appending("mmdos")
  }

  /// Where a new project is to be made.
  func setup() throws -> ProjectSetup {
    try ProjectSetup(absolute(options.target ?? "."), safeDirectories: safeDirectories, disk: disk)
  }

  /// Makes readers for sources.
  func connector(_ project: Project) -> SourceConnector {
    SourceConnector(environment: environment, root: project.root.path)
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
    try console.end(Result { try run(in: Session(global, console: console)) })
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
      result = .success(try await run(in: Session(global, console: console)))
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

  /// Shows it; nothing was changed.
  func show(in session: Session) -> Int32 {
    let target = session.options.target.map { " " + ShellWord.line(["--target", $0]) } ?? ""
    let command = command + target
    if session.options.isJSON {
      session.console.print(
        .object([("approved", .boolean(false)), ("would", .object(json)), ("next", .string(command))])
      )
    } else {
      for line in lines { session.console.print(line) }
      session.console.print("")
      session.console.print("Nothing was changed. To do it:")
      session.console.print("  \(SafeText(command))")
    }
    return ExitCodes.approvalNeeded
  }
}
