import Disk
import RegistryModel

/// A file of `.ai` as git's index has it in an unfinished merge: before both sides, and on each of them.
///
/// What git left in the file itself does not tell: it merges line by line, so a side taken from the marks can have lines
/// of the other side, of another entry even. Git is asked, because its objects may be packed; it only reads.
struct GitStages {
  let base: [UInt8]?
  let ours: [UInt8]
  let theirs: [UInt8]

  /// Nil where there is no git, no merge, or no conflict in the file, whose names lead there from `.ai`.
  static func find(_ names: FileName..., in project: Project) -> GitStages? {
    let path = names.map(\.string).joined(separator: "/")
    guard let ours = read(2, path, project), let theirs = read(3, path, project) else { return nil }
    return GitStages(base: read(1, path, project), ours: ours, theirs: theirs)
  }

  private static func read(_ stage: Int, _ path: String, _ project: Project) -> [UInt8]? {
    ProgramOutput.find(
      // cat-file writes the blob as it is: it takes no filter, hook or pager of the repository's configuration. Of a
      // partial clone it would fetch a missing blob, by a command that the configuration names.
      [
        "env", "GIT_ALLOW_PROTOCOL=none", "GIT_NO_LAZY_FETCH=1", "git", "-c", "core.fsmonitor=false",
        "cat-file", "blob",
        ":\(stage):./\(path)",
      ],
      in: project.ai,
      limit: Limits.maxProjectFileBytes
    )
  }
}
