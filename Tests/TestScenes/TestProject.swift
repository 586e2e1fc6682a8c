import Foundation
package import SystemPackage
package import TestSupport

/// A project in a scratch folder, and the built program run in it.
package struct TestProject: Sendable {
  /// What most tests of the network need to be allowed.
  package static let openPolicy = """
    allow_remote_registries: true
    allow_http_localhost: true
    allow_unsigned_remote: true

    """

  /// Holds the project and whatever a test puts beside it.
  package let scratch: ScratchFolder
  /// The project's root, `project` in the scratch folder.
  package let root: FilePath
  /// Added to the program's environment.
  package var environment: [String: String] = [:]

  /// Makes an empty project; `policy` is the text of its policy, nil for none.
  package init(policy: String? = openPolicy, name: String = #function) throws {
    scratch = try ScratchFolder(name)
    root = try scratch.makeFolder("project")
    try scratch.makeFolder("project/.ai")
    if let policy { try setPolicy(policy) }
  }

  /// Replaces the policy.
  package func setPolicy(_ text: String) throws {
    try write(".ai/policies/registry-policy.yaml", text)
  }

  /// Replaces the list of sources by these, each with its address.
  package func setSources(_ sources: KeyValuePairs<String, String>, change: (String) -> String = { $0 })
    throws
  {
    var text = "sources:\n"
    for (name, url) in sources {
      text += """
          - name: "\(name)"
            type: "\(url.contains("://") ? "https" : "local")"
            url: "\(url)"
            enabled: true
            trust_level: "community"
            safety_policy: "sandboxed"
            signature_required: false
            checksum_required: true

        """
    }
    try write(".ai/registries/sources.yaml", change(text))
  }

  /// Writes a text file of the project.
  package func write(_ path: String, _ text: String) throws {
    try scratch.write("project/\(path)", text: text)
  }

  /// Writes the user's own configuration beside the project and names it in the environment.
  package mutating func configureUser(_ text: String) throws {
    let path = scratch.path.appending("user")
    try scratch.write("user/config.yaml", text: text)
    for place in [path, path.appending("config.yaml")] { chmod(place.string, place == path ? 0o700 : 0o600) }
    environment["MMDOS_CONFIG"] = path.appending("config.yaml").string
  }

  /// Reads a file of the project.
  package func read(_ path: String) throws -> [UInt8] { try scratch.read("project/\(path)") }

  /// Removes a file or folder of the project.
  package func remove(_ path: String) throws {
    try FileManager.default.removeItem(atPath: root.appending(path).string)
  }

  /// Moves a file or folder out of the project, to `moved` beside it, and leaves a link to it.
  package func replaceByLink(_ path: String) throws {
    let original = root.appending(path).string
    let moved = scratch.path.appending("moved").string
    try FileManager.default.moveItem(atPath: original, toPath: moved)
    try FileManager.default.createSymbolicLink(atPath: original, withDestinationPath: moved)
  }

  /// Whether a name is there, be it a file, a folder or a link to nowhere.
  package func has(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: root.appending(path).string)) != nil
  }

  /// Runs the program in the project's root.
  package func run(_ arguments: String..., folder: FilePath? = nil) async throws -> Program.Result {
    try await run(arguments, folder: folder)
  }

  /// Runs the program in the project's root, or in another folder.
  package func run(_ arguments: [String], folder: FilePath? = nil) async throws -> Program.Result {
    let program = try Program.mmdos(folder: folder ?? root, environment: environment)
    return try await ProcessGate.shared.run { try await program.run(arguments) }
  }

  /// Syncs a registry with approval.
  package func sync(_ name: String = "web") async throws -> Program.Result {
    try await run("registry", "sync", name, "--approved")
  }

  /// What the project looks like now.
  package func state(_ scope: ProjectState.Scope = .visible) throws -> ProjectState {
    try ProjectState(of: scratch.path, project: "project", scope)
  }

  /// The ids of all objects in the store, 64 hex digits each.
  package func objects() -> Set<String> {
    let folder = root.appending(".ai/registry-cache/objects").string
    let names = FileManager.default.enumerator(atPath: folder)
    var ids: Set<String> = []
    while let path = names?.nextObject() as? String {
      let id = path.filter { $0 != "/" }
      if path.count == 65, id.count == 64, id.allSatisfy(\.isHexDigit) { ids.insert(id) }
    }
    return ids
  }

  /// The files of a view by path, without `checksums.json`; empty where there is none.
  package func view(_ name: String = "web") throws -> [String: [UInt8]] {
    let folder = root.appending(".ai/registry-cache/\(name)")
    let names = FileManager.default.enumerator(atPath: folder.string)
    var files: [String: [UInt8]] = [:]
    while let path = names?.nextObject() as? String {
      guard path != "checksums.json", names?.fileAttributes?[.type] as? FileAttributeType == .typeRegular
      else {
        continue
      }
      files[path] = try scratch.read("project/.ai/registry-cache/\(name)/\(path)")
    }
    return files
  }
}

/// Lets only some children run at a time: tests run all at once, and a machine of two cores that starts
/// a hundred programs makes each so slow that time-outs strike which are not what is tested.
package actor ProcessGate {
  /// The one of this test process.
  package static let shared = ProcessGate(width: 6)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(width: Int) {
    free = width
  }

  /// Runs when there is room.
  package nonisolated func run<Success: Sendable>(
    _ body: @Sendable () async throws -> Success
  ) async throws -> Success {
    await enter()
    do {
      let result = try await body()
      await leave()
      return result
    } catch {
      await leave()
      throw error
    }
  }

  private func enter() async {
    if free > 0 {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
