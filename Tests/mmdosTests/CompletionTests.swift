import SystemPackage
import TestSupport
import Testing

/// What bash offers, with the script that the program prints for it.
@Suite(.timeLimit(.minutes(5))) struct CompletionTests {
  /// What is offered at the last of these words.
  private func offered(_ words: [String], in project: SampleProject) async throws -> Set<String> {
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    let script = """
      mkdir -p ../bin && ln -sf "$MMDOS" ../bin/mmdos && PATH="$PWD/../bin:$PATH"
      source <(mmdos --generate-completion-script bash)
      COMP_WORDS=(mmdos \(line)) COMP_CWORD=\(words.count) COMP_LINE="mmdos \(words.joined(separator: " "))"
      COMP_POINT=${#COMP_LINE} COMP_TYPE=9
      _mmdos 2>&1
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    var shell = Program(path: "/bin/bash", folder: project.root, environment: project.program.environment)
    shell.environment["MMDOS"] = project.program.path.string
    let result = try await shell.run(["-c", script])
    #expect(result.exitCode == 0, "\(result.error)")
    return Set(result.output.split(separator: "\n").map(String.init))
  }

  @Test func commandsOfAGroup() async throws {
    let project = try await SampleProject.shared()
    #expect(try await offered(["registry", "re"], in: project).isSuperset(of: ["remove", "reflog"]))
  }

  @Test func whatTheProjectHas() async throws {
    let project = try await SampleProject.shared()
    #expect(try await offered(["registry", "log", "par"], in: project) == ["partner"])
    #expect(try await offered(["registry", "checkout", "partner", "v"], in: project) == ["v1.0.0"])
    #expect(try await offered(["registry", "checkout", "partner", "la"], in: project) == ["latest"])
    #expect(try await offered(["registry", "ls", "partner@v"], in: project) == ["partner@v1.0.0"])
    #expect(try await offered(["registry", "cat", "partner", "catalog.y"], in: project) == ["catalog.yaml"])
    #expect(try await offered(["catalog", "show", "git-"], in: project) == ["git-hygiene"])
    #expect(try await offered(["plugin", "show", "git-"], in: project) == [])
  }

  @Test func keys() async throws {
    let project = try await SampleProject()
    let key = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="
    try await project.expect(
      0,
      "registry",
      "trust",
      "add",
      "their-key",
      "--public-key",
      key,
      "--name",
      "Them",
      "--approved"
    )
    #expect(try await offered(["registry", "trust", "revoke", "th"], in: project) == ["their-key"])
  }

  @Test func nothingWhereThereIsNoProject() async throws {
    let project = try SampleProject(emptyNamed: "nothing")
    #expect(try await offered(["registry", "log", ""], in: project).isDisjoint(with: ["error:", "partner"]))
  }

  @Test func publishersNamesThatAShellWouldReadAreNotOffered() async throws {
    let project = try await SampleProject()
    try project.scratch.write("registry/catalog/$(touch x).md", text: "# x\n")
    let publish = ["registry", "publish", "../registry", "--version", "1.1.0", "--allow-findings"]
    expect(try await project.run(publish), exit: 0)
    try await project.expect(0, "registry", "add", "partner", "../registry", "--approved")
    try await project.expect(0, "registry", "sync", "--approved")
    let paths = try await offered(["registry", "cat", "partner", "catalog/"], in: project)
    #expect(paths.count > 10)
    #expect(paths.allSatisfy { !$0.contains("$") })
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func everyShellHasAScript(shell: String) async throws {
    let script = try await Program.mmdos(folder: "/").run(["--generate-completion-script", shell])
    expect(script, exit: 0)
    #expect(script.output.contains("mmdos"))
  }
}
