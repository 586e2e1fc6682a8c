import Formats
package import RegistryModel

/// Makes one `sources.yaml` of the two sides that an unfinished merge left in it.
package struct SourceResolution: Sendable {
  private let project: Project
  private let preferred: MergeMarks.Side
  private let lockTimeout: Duration

  /// `preferred`: The side to take where both changed an entry; nil for the branch that is checked out.
  package init(_ project: Project, preferring preferred: MergeMarks.Side?, lockTimeout: Duration) {
    self.project = project
    self.preferred = preferred ?? .ours
    self.lockTimeout = lockTimeout
  }

  /// What `run` would write; nil where nothing is to be resolved.
  ///
  /// - Throws: `ProjectError.brokenMergeMarks`, `.invalidMergeSide`; `DiskError`.
  package func plan() throws -> SourceMerge? {
    let bytes = try project.findBytes(ProjectLayout.sourcesFile, inFolder: ProjectLayout.registries)
    return try bytes.flatMap(merge)
  }

  /// Writes the file.
  ///
  /// - Returns: Nil where nothing is to be resolved; then nothing was written.
  /// - Throws: As `plan`; `RefError` when the project's lock stays busy.
  package func run() throws -> SourceMerge? {
    let cache = try Cache.create(in: project)
    var result: SourceMerge?
    try ProjectFiles(project: project, cache: cache, lockTimeout: lockTimeout).replaceSources { bytes in
      result = try merge(bytes)
      return result?.bytes
    }
    return result
  }

  private func merge(_ bytes: [UInt8]) throws -> SourceMerge? {
    // Without marks somebody has resolved it already.
    guard MergeMarks.firstLine(in: bytes) != nil else { return nil }
    if let stages = GitStages.find(ProjectLayout.registries, ProjectLayout.sourcesFile, in: project) {
      return try merge(stages.ours, stages.theirs, base: stages.base)
    }
    guard let marks = MergeMarks(parsing: bytes) else {
      throw ProjectError.brokenMergeMarks(ProjectLayout.sourcesPath)
    }
    return try merge(marks.ours, marks.theirs, base: marks.base)
  }

  private func merge(_ ours: [UInt8], _ theirs: [UInt8], base: [UInt8]?) throws -> SourceMerge {
    let own = try parse(ours, .ours)
    let other = try parse(theirs, .theirs)
    // An entry that cannot be used cannot be taken over either.
    if let bad = other.unusable.first(where: { bad in !own.unusable.contains { $0.label == bad.label } }) {
      throw ProjectError.invalidMergeSide(ProjectLayout.sourcesPath, .theirs, bad.problem)
    }
    do throws(TextProblem) {
      return try SourceMerge(
        ours: ours,
        theirs: other,
        // try?: what was there before only helps to see who changed what.
        base: base.flatMap { try? SourceList.parse($0) },
        preferring: preferred
      )
    } catch {
      throw ProjectError.invalidMergeSide(ProjectLayout.sourcesPath, .ours, error)
    }
  }

  private func parse(_ bytes: [UInt8], _ side: MergeMarks.Side) throws(ProjectError) -> SourceList {
    do { return try SourceList.parse(bytes) } catch {
      throw .invalidMergeSide(ProjectLayout.sourcesPath, side, error)
    }
  }
}
