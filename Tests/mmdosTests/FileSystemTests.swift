import Foundation
import SystemPackage
import TestSupport
import Testing

/// File systems that cannot do everything: real mounts, and system calls that answer as such a file system does.
@Suite(.timeLimit(.minutes(10))) struct FileSystemTests {
  /// System calls of the program that fail, as a C source for LD_PRELOAD.
  private static func source(_ code: String) -> String {
    """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <sys/stat.h>
    int flock(int d, int o) { (void)d; (void)o; errno = \(code); return -1; }
    int renameat2(int a, const char *b, int c, const char *d, unsigned f) {
      (void)a; (void)b; (void)c; (void)d; (void)f; errno = EINVAL; return -1;
    }
    int linkat(int a, const char *b, int c, const char *d, int f) {
      (void)a; (void)b; (void)c; (void)d; (void)f; errno = EPERM; return -1;
    }
    int fsync(int d) {
      struct stat s;
      int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
      if (fstat(d, &s) == 0 && S_ISDIR(s.st_mode)) { errno = EINVAL; return -1; }
      return next(d);
    }
    """
  }

  private func change(_ project: SampleProject, _ version: String) async throws {
    let result = try await project.shell(
      "echo \(version) >> ../registry/README.md; \"$MMDOS\" registry publish ../registry --version \(version)"
    )
    try #require(result.exitCode == 0, "\(result.error)")
  }

  @Test(arguments: ["ENOSYS", "ENOLCK", "EOPNOTSUPP"])
  func everythingWorksWhereNearlyNothingIsPossible(_ code: String) async throws {
    let project = try await SampleProject.synced()
    try project.scratch.write("poor.c", text: Self.source(code))
    let library = project.scratch.path.appending("poor.so").string
    let compiler = Program(path: "/bin/sh", folder: project.scratch.path)
    let compiled = try await compiler.run(["-c", "cc -shared -fPIC -o poor.so poor.c -ldl"])
    guard compiled.exitCode == 0 else { return print("skipped: there is no C compiler here") }
    var poor = project.program
    poor.environment["LD_PRELOAD"] = library
    try await change(project, "1.1.0")
    for words in [
      ["registry", "sync", "partner", "--approved"], ["registry", "verify", "partner"],
      ["catalog", "list", "--source", "remote:partner"], ["registry", "lock", "--check"], ["fsck"],
    ] {
      let result = try await poor.run(words)
      #expect(result.exitCode == 0, "\(words): \(result.output)\(result.error)")
    }
    let status = try await poor.run(["registry", "status", "--json"]).object()
    #expect(status["file_system_lacks"] as? [String] == ["folder_flush", "locks"])
    let words = try await poor.run(["registry", "status"]).error
    #expect(words.contains("a power cut may undo") && words.contains("it has no locks"), "\(words)")
    let files = try FileManager.default.subpathsOfDirectory(atPath: project.root.string)
    #expect(!files.contains { $0.contains(".held") || $0.contains("/tmp_") })
    try await project.expect(0, "registry", "verify", "partner")
    #expect(
      try await project.run("registry", "status", "--json").object()["file_system_lacks"] as? [String] == []
    )
  }

  @Test func lockFileOfAnotherMachineIsNamedAndLeft() async throws {
    let project = try await SampleProject.synced()
    try project.scratch.write("poor.c", text: Self.source("ENOSYS"))
    let compiler = Program(path: "/bin/sh", folder: project.scratch.path)
    let compiled = try await compiler.run(["-c", "cc -shared -fPIC -o poor.so poor.c -ldl"])
    guard compiled.exitCode == 0 else { return print("skipped: there is no C compiler here") }
    var poor = project.program
    poor.environment["LD_PRELOAD"] = project.scratch.path.appending("poor.so").string
    let held = "project/.ai/registry-cache/lock.held"
    try project.scratch.write(held, text: "elsewhere 1\nboot\nspace\n1\n1\n")
    let sync = try await poor.run(["registry", "sync", "partner", "--approved", "--lock-timeout", "0"])
    #expect(
      sync.exitCode == 7 && sync.error.contains("lock.held") && sync.error.contains("remove"),
      "\(sync.error)"
    )
    #expect(try await poor.run(["registry", "verify", "partner"]).exitCode == 0)
    #expect(FileManager.default.fileExists(atPath: project.scratch.path.pushing(FilePath(held)).string))
  }

  /// Runs a script as root in a mount namespace of its own; nil where that is not permitted.
  private func mounting(_ project: SampleProject, _ script: String) async throws -> Program.Result? {
    guard try await project.shell("unshare -m true").exitCode == 0 else {
      print("skipped: mounts are not permitted here")
      return nil
    }
    return try await project.shell("unshare -m sh -ec '\(script)'")
  }

  private static let view = ".ai/registry-cache/partner"

  @Test func whoeverMountedTheViewSeesTheNewOne() async throws {
    let project = try await SampleProject.synced()
    try await change(project, "1.1.0")
    let script = """
      mkdir ../inside; mount --bind \(Self.view) ../inside
      "$MMDOS" registry status 2>&1 | grep "view is mounted at"
      "$MMDOS" registry sync partner --approved
      grep 1.1.0 ../inside/manifest.json
      "$MMDOS" registry verify partner
      "$MMDOS" registry cache clear --approved; "$MMDOS" registry sync partner --approved
      grep 1.1.0 ../inside/manifest.json
      """
    guard let result = try await mounting(project, script) else { return }
    #expect(result.exitCode == 0, "\(result.output)\(result.error)")
    #expect(result.error.contains("so it was kept and its files were replaced one by one"))
  }

  @Test(arguments: ["--bind ../other", "-t tmpfs none"])
  func viewOnWhichSomethingIsMountedIsReplacedAndCleared(_ mount: String) async throws {
    let project = try await SampleProject.synced()
    try await change(project, "1.1.0")
    let script = """
      mkdir ../other; mount \(mount) \(Self.view)
      for step in 1 2; do
        "$MMDOS" registry sync partner --approved; "$MMDOS" registry verify partner
        "$MMDOS" registry cache clear --approved
        test -z "$(ls -A \(Self.view))"
      done
      "$MMDOS" registry remove partner --approved
      """
    guard let result = try await mounting(project, script) else { return }
    #expect(result.exitCode == 0, "\(result.output)\(result.error)")
  }

  @Test func cacheOfALowerOverlayLayerIsClearedAndFilled() async throws {
    let project = try await SampleProject.synced()
    try await change(project, "1.1.0")
    let script = """
      cd ..; mkdir base; mount -t tmpfs none base; mkdir base/upper base/work merged
      cp -a project base/lower
      mount -t overlay none -o lowerdir=base/lower,upperdir=base/upper,workdir=base/work,redirect_dir=off merged
      cd merged
      "$MMDOS" registry sync partner --approved; "$MMDOS" registry verify partner
      "$MMDOS" registry cache clear partner --approved; test ! -e \(Self.view)
      "$MMDOS" registry sync partner --approved
      "$MMDOS" registry cache clear --approved; test ! -e .ai/registry-cache/refs
      "$MMDOS" registry sync partner --approved; "$MMDOS" registry verify partner; "$MMDOS" fsck
      "$MMDOS" registry remove partner --approved
      """
    guard let result = try await mounting(project, script) else { return }
    guard !result.error.contains("mount:") else { return print("skipped: no overlay here") }
    #expect(result.exitCode == 0, "\(result.output)\(result.error)")
  }

  @Test func groupsStoreCanBeFilledByEveryMember() async throws {
    let project = try await SampleProject.synced()
    let result = try await project.shell(
      """
      umask 002; mkdir ../store; chmod 2775 ../store; mkdir ../store/lost+found; chmod 700 ../store/lost+found
      "$MMDOS" registry cache clear --approved && MMDOS_SHARED_STORE=$PWD/../store "$MMDOS" registry sync partner --approved
      find ../store -type d ! -name lost+found ! -perm -2070 -print
      find ../store -type f -name lock ! -perm -0060 -print
      """
    )
    #expect(result.exitCode == 0 && !result.output.contains("../store/"), "\(result.output)\(result.error)")
    #expect(FileManager.default.fileExists(atPath: project.scratch.path.pushing("store/objects").string))
  }
}
