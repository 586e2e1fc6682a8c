package import RegistryModel

/// Makes one lockfile of the two sides that an unfinished merge left in it.
package struct LockfileResolution: Sendable {
  /// What is to be written, and how sure it is.
  package struct Result: Sendable {
    package let merge: LockMerge
    /// Whether git was asked for the sides; those taken from the marks in the file can be mixed up.
    package let isOfGit: Bool
  }

  private let project: Project
  private let preferred: MergeMarks.Side?
  private let lockTimeout: Duration

  /// `preferred`: The side to take where both changed an entry; nil for the newer manifest.
  package init(_ project: Project, preferring preferred: MergeMarks.Side?, lockTimeout: Duration) {
    self.project = project
    self.preferred = preferred
    self.lockTimeout = lockTimeout
  }

  /// What `run` would write; nil where nothing is to be resolved.
  ///
  /// - Throws: `ProjectError.brokenMergeMarks`, `.invalidMergeSide`, `.projectKey`; `DiskError`.
  package func plan() throws -> Result? {
    guard let bytes = try project.findBytes(ProjectLayout.lockfile) else { return nil }
    return try merge(bytes)
  }

  /// Writes the lockfile.
  ///
  /// - Returns: Nil where nothing is to be resolved; then nothing was written.
  /// - Throws: As `plan`; `RefError` when the project's lock stays busy.
  package func run() throws -> Result? {
    let cache = try Cache.create(in: project)
    var result: Result?
    try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout).replaceLockfile { bytes in
      result = try merge(bytes)
      return result?.merge.lockfile
    }
    return result
  }

  private func merge(_ bytes: [UInt8]) throws -> Result? {
    if let stages = GitStages.find(ProjectLayout.lockfile, in: project) {
      let merge = try merge(stages.ours, stages.theirs, base: stages.base)
      // Written, but not yet added: git still has the sides, and there is nothing more to do.
      if bytes == merge.lockfile.encode() { return nil }
      return Result(merge: merge, isOfGit: true)
    }
    guard MergeMarks.firstLine(in: bytes) != nil else { return nil }
    guard let marks = MergeMarks(parsing: bytes) else {
      throw ProjectError.brokenMergeMarks(ProjectLayout.lockfilePath)
    }
    return Result(merge: try merge(marks.ours, marks.theirs, base: marks.base), isOfGit: false)
  }

  private func merge(_ ours: [UInt8], _ theirs: [UInt8], base: [UInt8]?) throws -> LockMerge {
    LockMerge(
      ours: try parse(ours, .ours),
      theirs: try parse(theirs, .theirs),
      // try?: what was there before only helps to see who changed what.
      base: base.flatMap { try? Lockfile.parse($0) },
      preferring: preferred,
      key: try project.readProjectKey()
    )
  }

  private func parse(_ bytes: [UInt8], _ side: MergeMarks.Side) throws(ProjectError) -> Lockfile {
    do { return try Lockfile.parse(bytes) } catch {
      throw .invalidMergeSide(ProjectLayout.lockfilePath, side, error)
    }
  }
}
