import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// A project whose registry `team`, a folder on this machine, was synced at every one of its versions.
struct HistoryScene: Sendable {
  /// One version as it was served, and the snapshot that a sync made of it.
  struct Served: Sendable {
    let version: String
    let files: [String: [UInt8]]
    let snapshot: String
  }

  let project: TestProject
  private(set) var served: [Served] = []
  private var random: SeededGenerator
  private var registry = TestRegistry(count: 0)

  /// Publishes and syncs so many versions, each with some random changes.
  init(versions: Int, seed: UInt64, name: String = #function) async throws {
    // Some files are binary on purpose, which the content audit would report, and views would lack.
    project = try TestProject(policy: "audit: warn\nallow_media: true\n", name: name)
    random = SeededGenerator(seed: seed)
    try project.setSources(["team": project.scratch.path.appending("registry").string])
    for index in 0..<12 { registry.files["catalog/.ai/skills/skill \(index % 3)/s\(index).md"] = text() }
    registry.files["catalog/.ai/prompts/größe.md"] = text()
    registry.files["catalog/.ai/prompts/empty.md"] = []
    registry.files["catalog/.ai/prompts/blob.md"] = Array("a\0b\n".utf8)
    for number in 1...versions {
      if number > 1 { change() }
      try await publish("1.\(number).0")
    }
  }

  /// Publishes the files as they are now under a version, and syncs.
  mutating func publish(_ version: String) async throws {
    registry.version = version
    let folder = project.scratch.path.appending("registry")
    if FileManager.default.fileExists(atPath: folder.string) {
      try FileManager.default.removeItem(atPath: folder.string)
    }
    try registry.write(to: folder)
    let result = try await project.run("registry", "sync", "team", "--approved", "--json")
    expect(result, exit: 0)
    let snapshot = try #require(try result.object()["snapshot"] as? String)
    served.append(Served(version: version, files: registry.published, snapshot: snapshot))
  }

  /// Writes two versions out as folders `old` and `new`, for git.
  func writeFolders(_ old: Served, _ new: Served) throws -> FilePath {
    let folder = try project.scratch.makeFolder("pair-\(UUID().uuidString.prefix(8))")
    for (side, served) in [("old", old), ("new", new)] {
      for (path, bytes) in served.files {
        try project.scratch.write("\(folder.lastComponent?.string ?? "")/\(side)/\(path)", bytes)
      }
    }
    return folder
  }

  /// Runs git in a folder, without any configuration of the machine's.
  func git(_ arguments: [String], in folder: FilePath, input: [UInt8] = []) async throws -> Program.Result {
    let environment = ["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"]
    return try await Program(path: "/usr/bin/git", folder: folder, environment: environment)
      .run(arguments, input: input)
  }

  // MARK: Random changes

  private mutating func change() {
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let paths = registry.files.keys.sorted().filter { $0 != "catalog.yaml" && !$0.hasSuffix("blob.md") }
      let path = paths.randomElement(using: &random) ?? ""
      switch Int.random(in: 0..<10, using: &random) {
      case 0:
        registry.files["catalog/.ai/skills/new-\(UInt16.random(in: 0 ... .max, using: &random)).md"] = text()
      case 1 where paths.count > 8: registry.files[path] = nil
      case 2:
        // A move, and now and then a copy, which is none.
        let other = "catalog/.ai/moved/\(UInt16.random(in: 0 ... .max, using: &random)).md"
        registry.files[other] = registry.files[path]
        if Bool.random(using: &random) { registry.files[path] = nil }
      case 3:
        registry.files["catalog/.ai/prompts/blob.md"] = [0, UInt8.random(in: 0...255, using: &random), 10]
      case 4: registry.files[path] = toggleNewline(registry.files[path] ?? [])
      default: registry.files[path] = edited(registry.files[path] ?? [])
      }
    }
  }

  private mutating func line() -> String {
    let words = ["", "# Skill", "Read.", "Think.", "Write.", "- a\r", "- b", "}", "größer"]
    return words.randomElement(using: &random) ?? ""
  }

  private mutating func text() -> [UInt8] {
    // The number makes each text one of its own: which of several equal files was moved is a matter of taste.
    var lines = ["text \(UInt64.random(in: 0 ... .max, using: &random))"]
    for _ in 0..<Int.random(in: 1...30, using: &random) { lines.append(line()) }
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  private mutating func edited(_ bytes: [UInt8]) -> [UInt8] {
    var lines = String(decoding: bytes, as: UTF8.self).unicodeScalars
      .split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    for _ in 0..<Int.random(in: 1...5, using: &random) {
      let place = Int.random(in: 0..<lines.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: lines.insert(line(), at: place)
      case 1 where lines.count > 2: lines.remove(at: place)
      default: lines[place] = line() + " \(UInt8.random(in: 0...255, using: &random))"
      }
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  private func toggleNewline(_ bytes: [UInt8]) -> [UInt8] {
    bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes + [UInt8(ascii: "\n")]
  }
}
