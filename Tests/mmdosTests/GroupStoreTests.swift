import Foundation
import SystemPackage
import TestSupport
import Testing

/// A store that two real users share by a group; only root can become both.
@Suite(
  .enabled(if: geteuid() == 0 && access("/usr/bin/setpriv", X_OK) == 0, "root and setpriv are needed"),
  .timeLimit(.minutes(10))
)
struct GroupStoreTests {
  private static let group = 7_777
  private static let (ann, ben) = (7_001, 7_002)

  /// Two users' copies of one project, and a store of their group.
  private func makeStage(_ name: String) async throws -> SampleProject {
    let project = try await SampleProject.synced(name)
    let result = try await project.shell(
      """
      cd ..; chmod 755 .; mkdir 7001 7002 store
      for user in 7001 7002; do
        mkdir $user/home; cp -a project $user/project; cp -a registry $user/registry; chown -R $user:$user $user
      done
      chown \(Self.ann):\(Self.group) store; chmod 2770 store
      """
    )
    try #require(result.exitCode == 0, "\(result.error)")
    return project
  }

  /// Runs lines of the shell in a user's project, with a umask and the group's store.
  private func run(
    _ user: Int,
    umask: String,
    _ lines: String,
    in project: SampleProject,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Program.Result {
    try project.scratch.write("lines.sh", text: "set -e\numask \(umask)\n\(lines)\n")
    let result = try await project.shell(
      """
      cd ../\(user)/project
      export HOME=\(project.scratch.path)/\(user)/home MMDOS_SHARED_STORE=\(project.scratch.path)/store
      unset XDG_STATE_HOME XDG_CONFIG_HOME
      exec setpriv --reuid=\(user) --regid=\(user) --groups=\(Self.group) sh ../../lines.sh
      """
    )
    #expect(result.exitCode == 0, "\(result.output)\(result.error)", sourceLocation: sourceLocation)
    return result
  }

  private static let fresh = "\"$MMDOS\" registry cache clear --approved >/dev/null\n"
  private static let sync = "\"$MMDOS\" registry sync partner --approved --json\n"
  private static func publish(_ version: String) -> String {
    "echo \(version) >> ../registry/README.md\n\"$MMDOS\" registry publish ../registry --version \(version) >&2\n"
  }

  /// What a sync says of the shared store.
  private static func doubts(_ report: [String: Any]) -> [String] {
    (report["warnings"] as? [String] ?? ["no report"]).filter { !$0.hasPrefix("unsigned") }
  }

  /// What in the store does not belong to the group, is open to others, or shuts the group out of a folder.
  private func strays(in project: SampleProject) async throws -> String {
    try await project.shell(
      """
      cd ../store; find . ! -group \(Self.group) -print; find . -perm /007 -print
      find . -type d ! -perm -2070 -print; find . -type f ! -perm -0040 -print
      """
    ).output
  }

  @Test func whatOneMemberWritesTheOtherReadsExtendsAndClears() async throws {
    let project = try await makeStage("whatOneMemberWrites")
    let first = try await run(Self.ann, umask: "007", Self.fresh + Self.sync, in: project).object()
    #expect(Self.doubts(first) == [], "\(first)")
    #expect(try await strays(in: project) == "")
    // Read: nothing is fetched from the publisher.
    let second = try await run(Self.ben, umask: "007", Self.fresh + Self.sync, in: project).object()
    #expect(second["fetched_files"] as? Int == 0 && Self.doubts(second) == [], "\(second)")
    // Written: objects of both in the same folders, and the ref of the address.
    let third = try await run(Self.ben, umask: "007", Self.publish("1.1.0") + Self.sync, in: project).object()
    #expect(Self.doubts(third) == [] && third["version"] as? String == "1.1.0", "\(third)")
    #expect(try await strays(in: project) == "")
    let owners = try await project.shell("find ../store/objects -type f -printf '%u\\n' | sort -u").output
    #expect(owners.split(separator: "\n").count == 2, "\(owners)")
    // Cleared: what nobody needs any more goes, whoever wrote it.
    let clear = "\"$MMDOS\" registry cache clear --shared --approved --json\n"
    let cleared = try await run(Self.ben, umask: "007", clear, in: project)
    #expect(cleared.error.isEmpty, "\(cleared.error)")
    let again = try await run(Self.ann, umask: "007", Self.fresh + Self.sync, in: project).object()
    #expect(Self.doubts(again) == [], "\(again)")
    #expect(try await strays(in: project) == "")
  }

  /// A umask that keeps the group from writing is respected: others then cannot fill, and are told whose it is.
  @Test func umaskIsRespectedAndTheOtherMemberIsTold() async throws {
    let project = try await makeStage("umaskIsRespected")
    _ = try await run(Self.ann, umask: "027", Self.fresh + Self.sync, in: project)
    let open = try await project.shell(
      "find ../store -mindepth 1 -perm /022 -print; find ../store -perm /007 -print"
    )
    #expect(open.output == "")
    let read = try await run(Self.ben, umask: "007", Self.fresh + Self.sync, in: project).object()
    #expect(read["fetched_files"] as? Int == 0, "\(read)")
    let filled = try await run(Self.ben, umask: "007", Self.publish("1.1.0") + Self.sync, in: project)
      .object()
    let warnings = Self.doubts(filled)
    #expect(filled["outcome"] as? String == "updated" && warnings.count == 1, "\(filled)")
    #expect(warnings.first?.contains("permission denied") == true, "\(warnings)")
    #expect(warnings.first?.contains("another user (\(Self.ann))") == true, "\(warnings)")
    let clear = "\"$MMDOS\" registry cache clear --shared --approved || test $? = 1\n"
    let refused = try await run(Self.ben, umask: "007", clear, in: project)
    #expect(refused.error.contains("another user (\(Self.ann))"), "\(refused.output)\(refused.error)")
    #expect(!refused.error.contains(".ai"), "\(refused.error)")
  }
}
