import Disk
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

// The words for a project's own folder, files and key.
extension Failure {
  init(project error: ProjectError) {
    switch error {
    case .noProject(let path):
      self.init(
        ExitCodes.absent,
        "no-project",
        "no project: neither \(path.quoted) nor a folder above it holds '.ai'",
        hint: "mmdos init --approved"
      )
    case .unsafeFolder(let path, let reason): self.init(unsafeFolder: path, reason)
    case .unknownCacheFormat(let path, let found):
      self.init(
        ExitCodes.failure,
        "cache-format",
        "\(path.quoted) is not a cache of this version: its 'format' \(found.map { "says '\($0)'" } ?? "is missing")",
        hint: "use the mmdos that made it, or move the folder away and sync again"
      )
    case .invalidFile(let path, let problem):
      let place = problem.position.map { ":\($0)" } ?? ""
      self.init(ExitCodes.failure, "invalid-file", "\(path)\(place): \(problem.words)")
    case .mergeMarks(let path, let line):
      self.init(
        ExitCodes.failure,
        "merge-marks",
        "\(path):\(line): the file has the conflict marks of an unfinished git merge",
        hint: [ProjectLayout.lockfilePath, ProjectLayout.sourcesPath].contains(path)
          ? "mmdos registry lock --resolve shows what both sides say, and with --approved makes one file of them"
          : "edit \(path.quoted) so that one of the two sides is left, without the lines of marks"
      )
    case .brokenMergeMarks(let path):
      self.init(
        ExitCodes.failure,
        "merge-marks",
        "\(path): the conflict marks of a git merge are not whole, so its two sides cannot be told apart",
        hint: "git checkout --merge -- \(ShellWord.line([path.string])) writes them anew"
      )
    case .invalidMergeSide(let path, let side, let problem):
      let place = problem.position.map { ", at \($0) of it" } ?? ""
      self.init(
        ExitCodes.failure,
        "invalid-file",
        "\(path): what \(side.rawValue) has cannot be used\(place): \(problem.words)",
        hint:
          "git checkout --ours or --theirs -- \(ShellWord.line([path.string])) takes the whole file of one side"
      )
    case .invalidName(let name, let problem):
      self.init(ExitCodes.usage, "invalid-name", "'\(name)' cannot be a registry's name: \(problem.words)")
    case .unknownRegistry(let name, let known):
      self.init(
        ExitCodes.absent,
        "unknown-registry",
        "there is no registry '\(name)'",
        hint: known.isEmpty
          ? "mmdos registry add NAME URL --approved"
          : (NearestName.find(name, in: known).map { "did you mean '\($0)'? " } ?? "")
            + "known are: \(known.joined(separator: ", "))"
      )
    case .registryExists(let name):
      self.init(
        ExitCodes.failure,
        "registry-exists",
        "there is a registry '\(name)' already",
        hint: "mmdos registry set \(name) changes it, mmdos registry remove \(name) --approved removes it"
      )
    case .unusableSource(let source): self.init(unusable: source)
    case .home(let path, let problem): self.init(home: problem, in: path.string)
    case .localFolder(let text, let problem): self.init(folder: text, problem)
    case .projectKey(let path, let problem): self.init(projectKey: path, problem)
    case .noProjectKey:
      self.init(
        ExitCodes.absent,
        "no-project-key",
        "the project has no key of its own",
        hint: "mmdos registry keygen --approved"
      )
    case .lockEntryCode(let name, let problem, let isOfNodeTool):
      self.init(entryOf: name, problem, isOfNodeTool: isOfNodeTool)
    case .lockEntryChanged(let name):
      self.init(
        ExitCodes.busy,
        "lock-entry-changed",
        "the entry of '\(name)' in registry-lock.json was changed by another program meanwhile",
        hint: "look at what changed, and run the command again"
      )
    case .keyFile(let path, let problem): self.init(keyFile: path, problem)
    }
  }

  /// A command that is about one registry was not told which.
  init(needingOneOf names: [String], orAll: Bool) {
    self.init(
      ExitCodes.usage,
      "usage",
      names.isEmpty ? "there is no enabled registry" : "which registry?",
      hint: names.isEmpty
        ? "mmdos registry add NAME URL --approved"
        : "name one of: \(names.sorted().joined(separator: ", "))\(orAll ? "; or --all" : "")"
    )
  }

  private init(unsafeFolder path: FilePath, _ reason: ProjectError.UnsafeReason) {
    let why =
      switch reason {
      case .ownedByAnotherUser: "belongs to another user"
      case .writableByEveryone: "may be written to by everyone"
      }
    self.init(
      ExitCodes.policy,
      "unsafe-folder",
      "\(path.quoted) \(why), so it is not used",
      hint: "MMDOS_SAFE_DIRECTORY=\(path) allows it, if you trust who can write there"
    )
  }

  private init(projectKey path: FilePath, _ problem: ProjectKeyProblem) {
    self.init(
      ExitCodes.failure,
      "project-key",
      "\(path.quoted): \(problem.words)",
      hint: Self.hint(projectKey: path, problem)
    )
  }

  private static func hint(projectKey path: FilePath, _ problem: ProjectKeyProblem) -> String {
    let new = "make a new one with mmdos registry keygen --force --approved"
    return switch problem {
    case .absent: "--import and MMDOS_SIGNING_KEY_FILE name a file with the project's key"
    case .malformed: "take the key's file anew from whoever has it, or \(new)"
    case .accessibleToOthers, .ownedByAnotherUser: "chmod 600 \(ShellWord.quote(path.string)), or \(new)"
    }
  }

  private init(entryOf name: RegistryName, _ problem: LockCodeProblem, isOfNodeTool: Bool) {
    let kind = if case .wrong = problem { "forged-lock-entry" } else { "lock-entry-without-code" }
    self.init(
      ExitCodes.integrity,
      kind,
      "the entry of '\(name)' in registry-lock.json \(problem.words)"
        + (isOfNodeTool ? "; it \(LockEntryNote.nodeToolWords)" : ""),
      hint: "mmdos registry lock --resign shows it; with --approved it is adopted, if it is right"
    )
  }

  /// What the policy or a source forbids.
  init(refusal: PolicyRefusal) {
    switch refusal {
    case .remoteRegistries:
      self.init(
        ExitCodes.policy,
        "remote-forbidden",
        "the policy forbids remote registries",
        hint: "set allow_remote_registries: true in \(policyFile)"
      )
    case .disabledSource(let name):
      self.init(
        ExitCodes.policy,
        "disabled-source",
        "'\(name)' is disabled",
        hint: "mmdos registry set \(name) --enabled true --approved"
      )
    case .bundledSource:
      self.init(
        ExitCodes.policy,
        "bundled-source",
        "the bundled source came with the program and is never synced"
      )
    }
  }
}
