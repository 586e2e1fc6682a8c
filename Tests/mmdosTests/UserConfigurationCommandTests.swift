import Foundation
import SystemPackage
import TestScenes
import TestSupport
import Testing

/// The user's own configuration: where it is looked for, who may have written it, and what a project cannot override
/// (DESIGN section 8b).
@Suite(.timeLimit(.minutes(5))) struct UserConfigurationCommandTests {
  private static let broken = "no_such_key: true\n"

  private func makeStage(policy: String = TestProject.openPolicy, test: String = #function) throws
    -> TestProject
  {
    let project = try TestProject(policy: policy, name: test)
    try TestRegistry(count: 2).write(to: try project.scratch.makeFolder("registry"))
    try project.setSources(["web": "../registry"])
    return project
  }

  // MARK: Where it is

  @Test func fileIsFoundByEnvironment() async throws {
    var project = try makeStage()
    let scratch = project.scratch
    try scratch.write("xdg/mmdos/config.yaml", text: Self.broken)
    try scratch.write("home/.config/mmdos/config.yaml", text: Self.broken)
    for (name, folder) in [("XDG_CONFIG_HOME", "xdg"), ("HOME", "home")] {
      project.environment = [name: scratch.path.appending(folder).string]
      expect(
        try await project.run("registry", "status"),
        exit: 1,
        error: "config.yaml:1:1: unknown key 'no_such_key'"
      )
      project.environment["MMDOS_CONFIG"] = ""
      expect(try await project.run("registry", "status"), exit: 0)
    }
    // A relative folder is ignored, as the XDG specification asks.
    project.environment = ["XDG_CONFIG_HOME": "xdg"]
    expect(try await project.run("registry", "status", folder: scratch.path), exit: 6)
    project.environment = ["HOME": scratch.path.appending("elsewhere").string]
    expect(try await project.run("registry", "status"), exit: 0)
    project.environment = ["MMDOS_CONFIG": "absent.yaml"]
    expect(try await project.run("registry", "status"), exit: 6, error: "there is no configuration")
  }

  @Test(arguments: [("", 0o770), ("", 0o702), ("config.yaml", 0o620), ("config.yaml", 0o606)])
  func fileThatOthersCanWriteStopsEveryCommand(place: String, mode: Int) async throws {
    var project = try makeStage()
    try project.configureUser("safe_directories: [/]\n")
    let path = project.scratch.path.appending("user").appending(place).string
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    expect(
      try await project.run("registry", "status"),
      exit: 4,
      error: "your configuration is not used",
      "may be written to by others",
      "chmod go-w"
    )
  }

  @Test(.enabled(if: geteuid() == 0, "only root gives files away"), arguments: ["", "config.yaml"])
  func fileOfAnotherUserStopsEveryCommand(place: String) async throws {
    var project = try makeStage()
    try project.configureUser("safe_directories: [/]\n")
    #expect(chown(project.scratch.path.appending("user").appending(place).string, 65_534, 65_534) == 0)
    expect(try await project.run("registry", "status"), exit: 4, error: "belongs to another user (65534)")
  }

  @Test func linkedFileIsJudgedWhereItIs() async throws {
    var project = try makeStage()
    try project.configureUser("ca_file: /etc/ssl/own.pem\n")
    let scratch = project.scratch
    let folder = try scratch.makeFolder("dotfiles")
    #expect(chmod(folder.string, 0o700) == 0)
    let (file, moved) = (scratch.path.appending("user/config.yaml"), folder.appending("config.yaml"))
    try FileManager.default.moveItem(atPath: file.string, toPath: moved.string)
    try FileManager.default.createSymbolicLink(atPath: file.string, withDestinationPath: moved.string)
    expect(try await project.run("registry", "status"), exit: 0)
    #expect(chmod(folder.string, 0o777) == 0)
    expect(
      try await project.run("registry", "status"),
      exit: 4,
      error: "dotfiles' may be written to by others"
    )
    try FileManager.default.removeItem(atPath: moved.string)
    expect(try await project.run("registry", "status"), exit: 6)
  }

  // MARK: What it decides

  @Test(.enabled(if: geteuid() == 0, "only root gives files away"))
  func safeDirectoryIsComparedByRealPaths() async throws {
    var project = try makeStage()
    let scratch = project.scratch
    #expect(chown(project.root.string, 65_534, 65_534) == 0)
    let safe = try scratch.makeFolder("safe")
    let name = "safe-and-more"
    try FileManager.default.moveItem(atPath: project.root.string, toPath: scratch.path.appending(name).string)
    try FileManager.default.createSymbolicLink(
      atPath: safe.appending("link").string,
      withDestinationPath: scratch.path.appending(name).string
    )
    let targets = ["\(safe)/../\(name)", "../\(name)", "\(safe)/link", "\(scratch.path)/\(name)"]
    func expectAll(exit code: Int32) async throws {
      for target in targets {
        let result = try await project.run("registry", "list", "--target", target, folder: safe)
        expect(result, exit: code)
      }
    }
    try await expectAll(exit: 4)
    project.environment["MMDOS_SAFE_DIRECTORY"] = safe.string
    try await expectAll(exit: 4)
    project.environment["MMDOS_SAFE_DIRECTORY"] = "\(safe)/link"
    try await expectAll(exit: 0)
    project.environment = [:]
    try project.configureUser("safe_directories: [\"\(safe)/../\(name)\"]\n")
    try await expectAll(exit: 0)
    try project.configureUser("safe_directories: [\"\(safe)\"]\n")
    try await expectAll(exit: 4)
  }

  @Test(arguments: ["../store", "/ABSOLUTE/store"])
  func projectDoesNotDecideWhereASharedStoreIs(spelling: String) async throws {
    var project = try makeStage()
    let scratch = project.scratch.path
    let store = scratch.appending("store")
    let written = spelling.replacingOccurrences(of: "/ABSOLUTE", with: scratch.string)
    try project.setPolicy(TestProject.openPolicy + "shared_store: \"\(written)\"\n")
    let text = "the policy's shared_store '"
    expect(try await project.run("registry", "sync", "web"), exit: 2, output: text)
    expect(try await project.sync(), exit: 0, error: text, "shared_stores of your own configuration")
    #expect(!FileManager.default.fileExists(atPath: store.string))
    expect(try await project.run("registry", "cache", "clear", "--shared"), exit: 6, error: text)
    // Listed, by another spelling.
    try project.configureUser("shared_stores: [\"\(scratch)/project/../store\"]\n")
    let preview = try await project.run("registry", "sync", "web")
    expect(preview, exit: 2, output: "outside      \(store) (written and read: the shared store)")
    try TestRegistry(count: 3).write(to: scratch.appending("registry"))
    expect(try await project.sync(), exit: 0)
    #expect(FileManager.default.fileExists(atPath: store.string))
    let clear = try await project.run("registry", "cache", "clear", "--shared")
    expect(clear, exit: 0, output: "nothing to remove")
  }

  @Test func policyCannotGoBelowWhatTheUserDemands() async throws {
    var project = try makeStage()
    try project.configureUser("at_least: {allow_remote_registries: false, allow_unsigned_local: false}\n")
    try project.setSources(["web": "../registry", "far": "https://far.example/catalog.yaml"])
    expect(
      try await project.run("registry", "sync", "far"),
      exit: 4,
      error: "allow_remote_registries in at_least of your own '"
    )
    expect(
      try await project.sync(),
      exit: 4,
      error: "allow_unsigned_local in at_least of your own '"
    )
    project.environment = [:]
    expect(try await project.sync(), exit: 0)
  }

  // MARK: Logins

  @Test(arguments: [
    ("bearer_env: NO_SUCH_VARIABLE", "is not set"), ("bearer_env: SPACES", "white space"),
    ("basic_env: TOKEN", "needs a variable with USER:PASSWORD"),
    ("netrc: true", "neither NETRC nor HOME says where .netrc is"),
    ("command: [no-such-program-anywhere, x]", "could not be run"), ("command: ['false']", "failed"),
    ("command: ['true']", "printed nothing"), ("command: [printf, 'S3 CRET']", "white space"),
    ("command: [sh, -c, 'yes S3CRET']", "could not be run, failed, or printed nothing"),
  ])
  func loginThatCannotBeUsedStopsTheSync(entry: String, text: String) async throws {
    var project = try makeStage()
    project.environment = ["TOKEN": "S3CRET", "SPACES": "S3 CRET\r\nHost: x"]
    try project.configureUser("credentials:\n  - host: far.example\n    \(entry)\n")
    try project.setSources(["web": "https://far.example/catalog.yaml"])
    let result = try await project.sync()
    expect(result, exit: 1, error: "config.yaml:2:5: the login for 'far.example' cannot be used", text)
    #expect(!result.error.contains("S3") && !result.error.contains("NO_SUCH_VARIABLE"))
    expect(try await project.run("registry", "sync", "web"), exit: 2, output: "with your login for it")
  }

  // MARK: Previews

  @Test func previewNamesHostsProxiesAndPathsOutside() async throws {
    var project = try makeStage()
    let outside = project.scratch.path
    try project.setPolicy(TestProject.openPolicy + "ca_file: \"\(outside)/project-ca.pem\"\n")
    try project.configureUser("ca_file: \(outside)/own-ca.pem\n")
    project.environment["https_proxy"] = "http://me:S3CRET@proxy.example:3128"
    let store = outside.appending("shared").string
    project.environment["MMDOS_SHARED_STORE"] = store
    try project.setSources(["web": "https://far.example:8443/catalog.yaml", "near": "../registry"])
    try project.write(".ai/registry-cache/format", "mmdos-cache 1\n")
    try project.write(".ai/registry-cache/objects/info/alternates", "\(outside)/lender\n")
    let web = try await project.run("registry", "sync", "web")
    expect(
      web,
      exit: 2,
      output: "host         far.example:8443",
      "host         proxy.example:3128",
      "outside      \(outside)/project-ca.pem (read: certificate authorities, by the policy)",
      "outside      \(outside)/own-ca.pem (read: certificate authorities, by your configuration)",
      "outside      \(store) (written and read: the shared store)",
      "outside      \(outside)/lender (read: an alternate"
    )
    let json = try await project.run("registry", "sync", "web", "--json")
    for result in [web, json] { #expect(!(result.output + result.error).contains("S3CRET")) }
    expect(json, exit: 2, output: "\"host\": \"proxy.example:3128\"", "\"written\": true")
    expect(
      try await project.run("registry", "sync", "near"),
      exit: 2,
      output: "outside      \(outside)/registry (read: the registry's folder)"
    )
    try project.scratch.write("project.key", text: String(repeating: "0f", count: 32) + "\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(outside)/project.key")
    project.environment["MMDOS_SIGNING_KEY_FILE"] = "\(outside)/project.key"
    expect(
      try await project.run("registry", "sync", "near"),
      exit: 2,
      output: "outside      \(outside)/project.key (read: the project's key, by MMDOS_SIGNING_KEY_FILE)"
    )
  }

  /// Of another repository, or of the same one: `.git` is a folder, or a file in a worktree and a submodule.
  @Test(arguments: [
    nil, "git init -q",
    "cd .. && git init -q && git -c user.email=x@example.com -c user.name=x commit -q --allow-empty -m x "
      + "&& git worktree add -q inner/tree",
  ])
  func commandInAFolderBelowNamesTheProjectThatItChanges(making: String?) async throws {
    let project = try makeStage()
    var inner = try project.scratch.makeFolder("project/vendor/inner")
    if let making {
      var shell = Program(path: "/bin/sh", folder: inner)
      shell.environment.merge(["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"]) { $1 }
      let made = try await shell.run(["-c", making])
      try #require(made.exitCode == 0, "\(made.error)")
      if making.contains("worktree") { inner = inner.appending("tree") }
    }
    let preview = try await project.run("registry", "sync", "web", folder: inner)
    expect(preview, exit: 2, output: "project      \(project.root)")
    let done = try await project.run("registry", "sync", "web", "--approved", folder: inner)
    expect(done, exit: 0, error: "the project is '\(project.root)'")
    let above = try await project.run("registry", "sync", "web", "--approved")
    #expect(!above.error.contains("the project is"))
    let new = try await project.run("init", folder: inner)
    #expect(!new.output.contains("project  "), "\(new.output)")
  }
}
