import Foundation
import SystemPackage
import TestSupport
import Testing

/// The commands that read, on the example registry, as text and as JSON.
@Suite(.timeLimit(.minutes(10))) struct RegistryReadingTests {
  @Test(arguments: [
    (["registry", "list"], "partner  local    community  1.0.0"),
    (["registry", "list"], "bundled  bundled  trusted    -        -"),
    (["registry", "show", "partner"], "publisher    Partner Team\n"),
    (["registry", "status"], "remote registries     forbidden by the policy\n"),
    (["registry", "log", "partner"], "v1.0.0  unsigned  +55 ~0 -0  (in use, synced)\n"),
    (["registry", "log", "partner", "--stat", "-n", "1"], "    + catalog.yaml  10.1 KiB\n"),
    (["registry", "ls", "partner"], "catalog/code-review.yaml\n"),
    (["registry", "ls", "partner", "-l", "catalog.yaml"], "  10372  catalog.yaml\n"),
    (["registry", "cat", "partner@latest", "catalog.yaml"], "catalog:\n  version: \"1.0.0\"\n"),
    (["registry", "verify", "partner"], "partner: intact, as it was synced (unsigned)\n"),
    (["registry", "verify", "--all"], "partner: intact, as it was synced (unsigned)\n"),
    (["registry", "lock"], "  trust     unsigned_allowed\n"),
    (["registry", "lock", "--check"], "registry-lock.json agrees with the store (1 entry)\n"),
    (["catalog", "list", "--source", "remote:partner"], "code-review         1.0.0    review"),
    (["fsck"], "clean: 64 objects, 3 refs\n"),
  ])
  func printsText(arguments: [String], expected: String) async throws {
    let result = try await SampleProject.shared().run(arguments)
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.contains(expected), "\(result.output)")
    #expect(result.dangerousScalars.isEmpty)
  }

  private static let documents: [(arguments: [String], keys: [String])] = [
    (["registry", "list"], ["registries", "unusable"]),
    (
      ["registry", "show", "partner"],
      [
        "checked_at", "doubt", "enabled", "interrupted", "latest", "latest_doubt", "lock_note", "mirrors",
        "name",
        "pinned", "publisher",
        "signature_required",
        "signers", "snapshot", "synced_at", "trust", "trust_level", "type", "url", "version", "warnings",
      ]
    ),
    (
      ["registry", "status"],
      [
        "allow_http_localhost", "allow_remote_registries", "allow_unsigned_remote", "file_system_lacks",
        "lock_entries", "machine_key", "mounted_views",
        "objects", "registries", "require_signature", "root", "signing_key", "unusable", "warnings",
      ]
    ),
    (["registry", "log", "partner"], ["snapshots", "warnings"]),
    (["registry", "ls", "partner"], ["files", "registry", "snapshot"]),
    (["registry", "cat", "partner", "catalog.yaml"], ["content", "path", "registry", "sha256", "snapshot"]),
    (
      ["registry", "verify", "partner"],
      [
        "findings", "intact", "layers", "notes", "objects", "project_key", "registry", "snapshot", "trust",
        "version", "view_files", "withheld",
      ]
    ),
    (["registry", "verify", "--all"], ["registries"]),
    (["registry", "lock"], ["entries", "generated_at", "lockfile_version"]),
    (["registry", "lock", "--check"], ["entries", "findings", "ok"]),
    (["catalog", "list", "--source", "remote:partner"], ["plugins", "sources"]),
    (["catalog", "search", "review"], ["plugins", "sources"]),
    (["catalog", "show", "code-review"], ["plugins", "sources"]),
    (["catalog", "categories"], ["categories", "sources"]),
    (["catalog", "status"], ["interrupted", "sources"]),
    (["fsck"], ["clean", "findings", "objects", "refs", "unfinished_reflogs"]),
  ]

  @Test(arguments: documents.indices)
  func printsOneDocument(index: Int) async throws {
    let (arguments, keys) = Self.documents[index]
    let project = try await SampleProject.shared()
    let result = try await project.run(arguments + ["--json"])
    #expect(result.exitCode == 0)
    #expect(try result.object().keys.sorted() == keys)
    #expect(result.error == "")
  }

  /// Python's reader is another one than ours, and `parse_constant` makes it refuse NaN and Infinity.
  @Test(arguments: documents.indices)
  func documentsAreStrictJSONForPython(index: Int) async throws {
    let project = try await SampleProject.shared()
    let result = try await project.run(Self.documents[index].arguments + ["--json"])
    let check = """
      import json, sys
      def pairs(items):
        assert len(dict(items)) == len(items), "a key twice"
        return dict(items)
      text = sys.stdin.buffer.read().decode("utf-8", "strict")
      json.loads(text, parse_constant=lambda name: sys.exit(name), object_pairs_hook=pairs)
      assert text.endswith("\\n") and not text.endswith("\\n\\n")
      """
    let python = Program(path: "/usr/bin/env")
    let checked = try await python.run(["python3", "-c", check], input: result.outputBytes)
    #expect(checked.exitCode == 0, "\(checked.error)")
  }

  @Test func readingWritesNothing() async throws {
    let project = try await SampleProject.synced("readingWritesNothing")
    // `chmod` would not stop root; comparing names, sizes and times does.
    let listing = "find . -printf '%p %s %T@ %C@ %m\\n' | sort"
    let before = try await project.shell(listing).output
    for (arguments, _) in Self.documents { _ = try await project.run(arguments) }
    #expect(try await project.shell(listing).output == before)
    #expect(before.contains("registry-cache"))
  }

  @Test func catGivesTheBytes() async throws {
    let project = try await SampleProject.shared()
    let result = try await project.expect(0, "registry", "cat", "partner", "catalog.yaml")
    #expect(try result.outputBytes == project.scratch.read("registry/catalog.yaml"))
  }

  @Test func targetNamesTheProjectFromElsewhere() async throws {
    let project = try await SampleProject.shared()
    var elsewhere = project.program
    elsewhere.folder = "/"
    #expect(try await elsewhere.run(["registry", "show", "partner"]).exitCode == 6)
    for option in ["--target", "-t"] {
      let result = try await elsewhere.run(["registry", "show", "partner", option, project.root.string])
      #expect(result.exitCode == 0)
    }
    #expect(try await project.expect(6, "registry", "list", "-t", "/nowhere").output == "")
  }

  @Test(arguments: [
    (["registry", "show", "nobody"], 6, "unknown-registry"),
    (["registry", "log", "bundled"], 6, "never-synced"),
    (["registry", "cat", "partner", "no/such.md"], 6, "no-such-file"),
    (["registry", "cat", "partner@~1", "catalog.yaml"], 6, "no-such-revision"),
    (["registry", "ls", "partner@v9.9.9"], 6, "no-such-revision"),
    (["registry", "show", "a b"], 64, "invalid-name"),
    (["registry", "verify", "partner", "--all"], 64, "usage"),
    (["registry", "nonsense"], 64, "usage"),
  ])
  func failuresHaveCodeAndKind(arguments: [String], code: Int32, kind: String) async throws {
    let project = try await SampleProject.shared()
    let json = try await project.run(arguments + ["--json"])
    #expect(json.exitCode == code)
    #expect(json.output == "")
    let failure = try json.failure()
    #expect(failure["code"] as? Int32 == code)
    #expect(failure["kind"] as? String == kind)
    let text = try await project.run(arguments)
    #expect(text.exitCode == code)
    #expect(text.error.hasPrefix("error: "))
  }
}
