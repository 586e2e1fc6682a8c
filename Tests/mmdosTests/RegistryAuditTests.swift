import Audit
import Foundation
import SystemPackage
import TestScenes
import TestServers
import TestSupport
import Testing

/// `registry audit` in its three forms, and what the policy makes of it.
@Suite(.timeLimit(.minutes(10))) struct RegistryAuditTests {
  /// A project that holds a registry with one critical finding, one warning and one note.
  fileprivate struct Stage {
    static let path = "catalog/.ai/skills/odd.md"
    static let text =
      "# Odd\n\nallow \u{202E}yned\n\n<!-- agents: read this -->\n" + String(repeating: "x ", count: 1_001)

    let project: TestProject
    let server: LoopbackServer
    let registry = TestRegistry(count: 2).with(Stage.path, Array(Stage.text.utf8))

    /// Syncs by a policy that only warns, then sets the one that is to be tested.
    init(policy: String = "", name: String = #function) async throws {
      project = try TestProject(policy: TestProject.openPolicy + "audit: warn\n", name: name)
      server = try await LoopbackServer()
      try project.setSources(["web": server.registryURL])
      registry.publish(on: server)
      expect(try await project.sync(), exit: 0)
      let mode = policy.contains("audit: ") ? "" : "audit: deny\n"
      try project.setPolicy(TestProject.openPolicy + mode + policy)
    }

    var object: String { String(TestRegistry.hash(Array(Stage.text.utf8)).dropFirst("sha256:".count)) }

    func audit(_ more: String...) async throws -> Program.Result {
      try await project.run(["registry", "audit", "web"] + more)
    }
  }

  @Test func textHasEveryFindingWithItsReason() async throws {
    let stage = try await Stage()
    let before = try stage.project.state(.everything)
    let result = try await stage.audit()
    expect(
      result,
      exit: 4,
      output:
        "catalog/.ai/skills/odd.md:3:7: critical: bidi-control: bidirectional override, embedding or isolate"
        + " (U+202E RIGHT-TO-LEFT OVERRIDE)\n    allow <U+202E>yned\n    why: it reorders the text around it",
      "    accept: bidi-control@\(stage.object)\n",
      "catalog/.ai/skills/odd.md:5:1: warning: hidden-text:",
      "catalog/.ai/skills/odd.md:6:1: note: long-line: very long line in Markdown (2002 characters)\n",
      "web: 1 critical, 1 warning, 1 note in 5 files\nrefused: audit is deny, and takes no critical finding\n"
    )
    #expect(result.dangerousScalars == [])
    #expect(try stage.project.state(.everything).differences(from: before) == [])
  }

  @Test func jsonHasEveryField() async throws {
    let stage = try await Stage()
    let result = try await stage.audit("--json")
    #expect(result.exitCode == 4)
    let document = try result.object()
    #expect(
      Set(document.keys) == [
        "registry", "snapshot", "manifest", "audit", "refused", "files", "critical", "warnings", "notes",
        "allowed",
        "omitted", "findings",
      ]
    )
    #expect(document["registry"] as? String == "web" && document["audit"] as? String == "deny")
    #expect(document["refused"] as? Bool == true && document["files"] as? Int == 5)
    #expect(
      ["critical", "warnings", "notes", "allowed", "omitted"].map { document[$0] as? Int } == [1, 1, 1, 0, 0]
    )
    #expect((document["snapshot"] as? String)?.count == 64)
    #expect(
      document["manifest"] as? String == String(TestRegistry.hash(stage.registry.manifest).dropFirst(7))
    )
    let findings = try #require(document["findings"] as? [[String: Any]])
    #expect(findings.map { $0["rule"] as? String } == ["bidi-control", "hidden-text", "long-line"])
    let first = try #require(findings.first)
    #expect(
      Set(first.keys) == [
        "rule", "severity", "path", "line", "column", "title", "detail", "excerpt", "why", "object",
        "exception",
        "allowed",
      ]
    )
    #expect(first["severity"] as? String == "critical" && first["path"] as? String == Stage.path)
    #expect(first["line"] as? Int == 3 && first["column"] as? Int == 7)
    #expect(first["excerpt"] as? String == "allow <U+202E>yned")
    #expect(first["object"] as? String == stage.object && first["allowed"] as? Bool == false)
    #expect(first["exception"] as? String == "bidi-control@\(stage.object)")
  }

  @Test func sarifHasTheShapeOfItsStandard() async throws {
    let stage = try await Stage()
    // The name that the rule had before it took more than comments still works.
    try stage.project.setPolicy(
      TestProject.openPolicy + "audit: deny\naudit_allow: [\"html-comment@\(stage.object)\"]\n"
    )
    let result = try await stage.audit("--sarif")
    #expect(result.exitCode == 4)
    let log = try result.object()
    #expect(Set(log.keys) == ["$schema", "version", "runs"])
    #expect(log["version"] as? String == "2.1.0")
    #expect(log["$schema"] as? String == "https://json.schemastore.org/sarif-2.1.0.json")
    let runs = try #require(log["runs"] as? [[String: Any]])
    let run = try #require(runs.first)
    #expect(runs.count == 1 && run["columnKind"] as? String == "unicodeCodePoints")
    #expect((run["automationDetails"] as? [String: Any])?["id"] as? String == "registry-audit/web/")
    #expect((run["invocations"] as? [[String: Any]])?.first?["executionSuccessful"] as? Bool == true)
    let rules = try checkDriver(run)
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.map { $0["ruleId"] as? String } == ["bidi-control", "hidden-text", "long-line"])
    #expect(results.map { $0["level"] as? String } == ["error", "warning", "note"])
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
      #expect(((result["message"] as? [String: Any])?["text"] as? String)?.isEmpty == false)
      #expect((result["properties"] as? [String: Any])?["object"] as? String == stage.object)
      let names = try #require(result["partialFingerprints"] as? [String: String])
      #expect(names["findingText/v1"]?.wholeMatch(of: /[0-9a-f]{32}:1/) != nil, "\(names)")
      #expect(names["primaryLocationLineHash"] == names["findingText/v1"])
    }
    #expect(results.map { ($0["suppressions"] as? [[String: Any]])?.count } == [0, 1, 0])
    let suppression = try #require((results[1]["suppressions"] as? [[String: Any]])?.first)
    #expect(suppression["kind"] as? String == "external")
    try checkPlace(results[0])
    let bases = try #require(run["originalUriBaseIds"] as? [String: [String: Any]])
    #expect(Set(bases.keys) == ["PROJECTROOT", "VIEW"] && bases["PROJECTROOT"]?["uri"] == nil)
    #expect(bases["VIEW"]?["uri"] as? String == ".ai/registry-cache/web/")
    #expect(bases["VIEW"]?["uriBaseId"] as? String == "PROJECTROOT")
  }

  /// The fingerprints of the findings in a document, in their order.
  private func fingerprints(_ document: [String: Any]) throws -> [String] {
    let run = try #require((document["runs"] as? [[String: Any]])?.first)
    return try #require(run["results"] as? [[String: Any]]).compactMap {
      ($0["partialFingerprints"] as? [String: String])?["findingText/v1"]
    }
  }

  @Test func fingerprintsSurviveMovedLines() async throws {
    let stage = try await Stage()
    let folder = try stage.project.scratch.makeFolder("notes").string
    func audit(_ lines: [String]) async throws -> [String] {
      try stage.project.scratch.write("notes/odd.md", text: lines.joined(separator: "\n") + "\n")
      return try fingerprints(await stage.project.run("registry", "audit", folder, "--sarif").object())
    }
    let lines = ["# Odd", "", "allow \u{202E}yned", "<!-- agents: a -->", "allow \u{202E}yned"]
    let first = try await audit(lines)
    #expect(first.count == 3 && Set(first).count == 3)
    #expect(first.map { $0.suffix(2) } == [":1", ":1", ":2"])
    #expect(try await audit(["New.", ""] + lines) == first)
    #expect(try await audit(lines.map { "  " + $0 }) == first)
    // What is not the same is called something else; the others keep their names.
    let changed = try await audit(Array(lines.prefix(3)) + ["<!-- agents: b -->"] + lines.suffix(1))
    #expect(changed[0] == first[0] && changed[1] != first[1] && changed[2] == first[2])
  }

  @Test func pathsAreRelativeToWhatIsNamed() async throws {
    let stage = try await Stage()
    try stage.project.write("my notes/odd.md", "allow \u{202E}yned\n")
    func bases(_ words: String...) async throws -> [String: [String: Any]] {
      let document = try await stage.project.run(["registry", "audit"] + words + ["--sarif"]).object()
      let run = try #require((document["runs"] as? [[String: Any]])?.first)
      return try #require(run["originalUriBaseIds"] as? [String: [String: Any]])
    }
    let relative = try await bases("./my notes")
    #expect(relative["FOLDER"]?["uri"] as? String == "./my%20notes/")
    #expect(relative["FOLDER"]?["uriBaseId"] as? String == "WORKINGFOLDER" && relative.count == 2)
    let absolute = try await bases(stage.project.root.string + "/my notes/")
    let uri = try #require(absolute["FOLDER"]?["uri"] as? String)
    #expect(uri.hasPrefix("file:///") && uri.hasSuffix("/project/my%20notes/"), "\(uri)")
    try await stage.publishAndSync(TestRegistry(count: 2, version: "1.1.0"))
    let older = try await bases("web@~1")
    #expect(Array(older.keys) == ["STORED"] && older["STORED"]?["uri"] == nil)
  }

  private func checkDriver(_ run: [String: Any]) throws -> [[String: Any]] {
    let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
    #expect(driver["name"] as? String == "mmdos" && driver["version"] is String)
    let rules = try #require(driver["rules"] as? [[String: Any]])
    #expect(rules.count == 20 && Set(rules.compactMap { $0["id"] as? String }).count == 20)
    for rule in rules {
      for key in ["shortDescription", "fullDescription"] {
        #expect(((rule[key] as? [String: Any])?["text"] as? String)?.isEmpty == false)
      }
      // An absolute URI (RFC 3986 section 4.3) without authority, as the schema wants it.
      let uri = try #require(rule["helpUri"] as? String)
      #expect(uri.wholeMatch(of: /[a-z][a-z0-9+.-]*:[A-Za-z0-9._~!$&'()*+,;=:@\/-]+/) != nil, "\(uri)")
      let known = try #require((rule["id"] as? String).flatMap(AuditRule.init(rawValue:)))
      let help = try #require(rule["help"] as? [String: String])
      #expect(Set(help.keys) == ["text", "markdown"])
      let (text, markdown) = (try #require(help["text"]), try #require(help["markdown"]))
      for part in [String(known.title.dropFirst()), known.why, known.rawValue, "audit_allow"] {
        #expect(text.contains(part) && markdown.contains(part), "\(part)")
      }
      #expect(
        markdown.hasPrefix("**") && markdown.contains("** (`\(known.rawValue)`, \(known.severity.rawValue))")
      )
      #expect(!text.contains("*") && !text.contains("`") && !text.contains("\n"))
      let level = (rule["defaultConfiguration"] as? [String: Any])?["level"] as? String
      #expect(["error", "warning", "note"].contains(level))
    }
    return rules
  }

  private func checkPlace(_ result: [String: Any]) throws {
    let locations = try #require(result["locations"] as? [[String: Any]])
    let place = try #require(locations.first?["physicalLocation"] as? [String: Any])
    #expect(place["artifactLocation"] as? [String: String] == ["uri": Stage.path, "uriBaseId": "VIEW"])
    let context = try #require(place["contextRegion"] as? [String: Any])
    #expect(context["startLine"] as? Int == 1 && context["endLine"] as? Int == 5)
    #expect(
      (context["snippet"] as? [String: Any])?["text"] as? String
        == "# Odd\n\nallow <U+202E>yned\n\n<!-- agents: read this -->"
    )
    let region = try #require(place["region"] as? [String: Any])
    #expect(region["startLine"] as? Int == 3 && region["startColumn"] as? Int == 7)
    #expect((region["snippet"] as? [String: Any])?["text"] as? String == "allow <U+202E>yned")
  }

  @Test(arguments: ["warn", "off"])
  func onlyDenyRefuses(mode: String) async throws {
    let stage = try await Stage(policy: "audit: \(mode)\n")
    expect(
      try await stage.audit(),
      exit: 0,
      output: "critical: bidi-control",
      "nothing is refused: audit is \(mode)\n"
    )
    #expect(try await stage.audit("--json").object()["refused"] as? Bool == false)
  }

  @Test func cleanRegistryHasNoFindings() async throws {
    let stage = try await Stage()
    try await stage.publishAndSync(TestRegistry(count: 2, version: "1.1.0"))
    expect(try await stage.audit(), exit: 0, output: "web: no findings in 4 files\n")
    // The older snapshot still has what it had.
    let old = try await stage.project.run("registry", "audit", "web@~1")
    expect(old, exit: 4, output: "1 critical")
    let log = try await stage.audit("--sarif").object()
    let run = try #require((log["runs"] as? [[String: Any]])?.first)
    #expect((run["results"] as? [Any])?.isEmpty == true)
  }

  @Test func exceptionAcceptsOneRuleInOneContent() async throws {
    let stage = try await Stage(policy: "")
    try stage.project.setPolicy(
      TestProject.openPolicy + "audit: deny\naudit_allow: [\"bidi-control@\(stage.object)\"]\n"
    )
    let result = try await stage.audit()
    expect(result, exit: 0, output: "web: 1 warning, 1 note in 5 files, 1 accepted by audit_allow\n")
    #expect(!result.output.contains("bidi-control"))
    let findings = try #require(try await stage.audit("--json").object()["findings"] as? [[String: Any]])
    #expect(findings.map { $0["allowed"] as? Bool } == [true, false, false])
    // Another rule, or another content, is not accepted by it.
    let other = String(repeating: "0", count: 64)
    for exception in ["zero-width@\(stage.object)", "bidi-control@\(other)"] {
      try stage.project.setPolicy(TestProject.openPolicy + "audit: deny\naudit_allow: [\"\(exception)\"]\n")
      expect(try await stage.audit(), exit: 4)
    }
  }

  @Test(arguments: ["bidi-control", "bidi@\(String(repeating: "0", count: 64))", "bidi-control@0000", "*"])
  func exceptionMustNameARuleAndAWholeObjectID(text: String) async throws {
    let stage = try await Stage(policy: "audit_allow: [\"\(text)\"]\n")
    expect(try await stage.audit(), exit: 1, error: "'audit_allow' is", "64 digits of an object id")
  }

  @Test func wrongUsageIsRefused() async throws {
    let stage = try await Stage()
    expect(try await stage.audit("--json", "--sarif"), exit: 64)
    expect(try await stage.audit("--manifest", "abcd"), exit: 64)
    let id = String(repeating: "0", count: 64)
    let both = try await stage.project.run("registry", "audit", "web@latest", "--manifest", id)
    expect(both, exit: 64)
    expect(try await stage.audit("--manifest", id), exit: 3, error: "object \(id) is missing")
    expect(try await stage.project.run("registry", "audit", "nothing"), exit: 6)
    expect(try await stage.audit("--manifest", stage.object), exit: 3, error: "error: \(stage.object):1:1: ")
  }

  @Test func damagedFileIsNotAudited() async throws {
    let stage = try await Stage()
    let path = ".ai/registry-cache/objects/\(stage.object.prefix(2))/\(stage.object.dropFirst(2))"
    try stage.project.remove(path)
    try stage.project.write(path, "nothing")
    expect(try await stage.audit(), exit: 3, error: "object \(stage.object) is damaged")
  }
}

extension RegistryAuditTests.Stage {
  fileprivate func publishAndSync(_ next: TestRegistry) async throws {
    next.publish(on: server)
    expect(try await project.sync(), exit: 0)
  }
}
