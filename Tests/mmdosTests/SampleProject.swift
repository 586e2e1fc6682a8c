import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

/// A project with the example registry beside it, and mmdos to run in it.
struct SampleProject: Sendable {
  let scratch: ScratchFolder
  let program: Program

  /// The project's folder.
  var root: FilePath { scratch.path.appending("project") }
  /// The publisher's folder.
  var registry: FilePath { scratch.path.appending("registry") }

  /// A project after `init`, with the registry published but not added.
  init(_ name: String = #function, environment: [String: String] = [:]) async throws {
    try self.init(emptyNamed: name, environment: environment)
    try FileManager.default.copyItem(atPath: Self.example.string, toPath: registry.string)
    try await expect(
      0,
      "registry",
      "publish",
      registry.string,
      "--name",
      "partner",
      "--publisher",
      "Partner Team",
      "--version",
      "1.0.0"
    )
    try await expect(0, "init", "--approved")
  }

  /// Two empty folders.
  init(emptyNamed name: String, environment: [String: String] = [:]) throws {
    scratch = try ScratchFolder(name)
    try scratch.makeFolder("project")
    program = try .mmdos(folder: scratch.path.appending("project"), environment: environment)
  }

  /// A project that has synced the registry once.
  static func synced(_ name: String = #function) async throws -> SampleProject {
    let project = try await SampleProject(name)
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    try await project.expect(0, "registry", "sync", "partner", "--approved")
    return project
  }

  /// One synced project for all tests that only read: reading commands never write.
  static func shared() async throws -> SampleProject { try await sharedTask.value }

  private static let sharedTask = Task { try await synced("shared") }

  /// The example registry of the repository.
  static let example = FilePath(#filePath).removingLastComponent().appending(
    "../../Examples/partner-registry"
  )
  .lexicallyNormalized()

  func run(_ arguments: String...) async throws -> Program.Result {
    try await program.run(arguments)
  }

  func run(_ arguments: [String]) async throws -> Program.Result {
    try await program.run(arguments)
  }

  /// Runs a line of the shell, in which `$MMDOS` is the program.
  func shell(_ line: String) async throws -> Program.Result {
    var shell = Program(path: "/bin/sh", folder: root, environment: program.environment)
    shell.environment["MMDOS"] = program.path.string
    return try await shell.run(["-c", line])
  }

  /// Runs mmdos and requires an exit code.
  @discardableResult
  func expect(
    _ code: Int32,
    _ arguments: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Program.Result {
    let result = try await program.run(arguments)
    #expect(
      result.exitCode == code,
      "\(arguments): \(result.output)\(result.error)",
      sourceLocation: sourceLocation
    )
    return result
  }

  /// Writes a registry whose manifest is right about the files but whose words are the caller's.
  func writeRegistry(_ files: [String: String], publisher: String = "Partner Team") throws {
    var hashes: [String: String] = [:]
    for (path, text) in files {
      try scratch.write("registry/" + path, text: text)
      hashes[path] = "sha256:\(ObjectID(hashing: Array(text.utf8)))"
    }
    let manifest: [String: Any] = [
      "registry_name": "partner", "publisher": publisher, "version": "1.0.0",
      "generated_at": "2026-01-15T09:00:00Z", "catalog_hash": hashes["catalog.yaml"] ?? "",
      "files_hashes": hashes, "minimum_mmdo_version": "1.0.0", "safety_policy_version": "1.0",
    ]
    try scratch.write("registry/manifest.json", JSONSerialization.data(withJSONObject: manifest))
  }
}

extension Program.Result {
  /// Standard output as one JSON object.
  func object(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
    try #require(
      JSONSerialization.jsonObject(with: Data(outputBytes)) as? [String: Any],
      sourceLocation: sourceLocation
    )
  }

  /// The failure that standard error holds as JSON.
  func failure(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
    let document = try JSONSerialization.jsonObject(with: Data(errorBytes)) as? [String: Any]
    return try #require(document?["error"] as? [String: Any], sourceLocation: sourceLocation)
  }

  /// The scalars of both streams that could do something to a terminal.
  var dangerousScalars: [Unicode.Scalar] {
    (output + error).unicodeScalars.filter { scalar in
      if scalar == "\n" { return false }
      return [.control, .format, .lineSeparator, .paragraphSeparator].contains(
        scalar.properties.generalCategory
      )
        || scalar.properties.isDefaultIgnorableCodePoint
    }
  }
}
