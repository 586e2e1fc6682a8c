import Formats
import ObjectStore
import RegistryModel

/// Merges what was edited in the project with what the plugin brings now.
package struct EditMerge {
  /// Why an edit cannot be merged, or not without the user.
  package enum Obstacle: Equatable, Sendable {
    /// The file was there before the plugin, so there is no common origin.
    case neverInstalled
    /// The content that was installed is in no store any more.
    case originGone
    /// One of the three contents is no text, or they are too long to compare.
    case notText
    /// It still has the markers of an earlier merge.
    case unresolved
    /// The same lines were changed here and there, in this many places.
    case conflicts(Int)
  }

  /// A merged text, or why there is none.
  struct Result {
    var bytes: [UInt8]?
    var obstacle: Obstacle?
  }

  /// Reads the content that was installed; nil when it is gone.
  let readOrigin: (ObjectID) throws -> [UInt8]?
  let labels: ThreeWayMerge.Labels

  /// Merges one file; with conflicts there are both a text with markers and the obstacle.
  ///
  /// A file that version control gave other line ends is merged without them and gets them back.
  ///
  /// - Throws: `ObjectStoreError` for damaged content.
  func merge(base: ObjectID?, ours: [UInt8], theirs: [UInt8]) throws -> Result {
    guard let base else { return Result(obstacle: .neverInstalled) }
    guard let origin = try readOrigin(base) else { return Result(obstacle: .originGone) }
    // A text may be about such markers; then what was installed has them too.
    if ThreeWayMerge.hasMarkers(ours), !ThreeWayMerge.hasMarkers(origin) {
      return Result(obstacle: .unresolved)
    }
    let isConverted = LineEnds.areAllCarriageReturns(ours) && !LineEnds.areAllCarriageReturns(origin)
    let merge = ThreeWayMerge.merge(
      base: origin,
      ours: isConverted ? LineEnds.withNewlines(ours) : ours,
      theirs: theirs,
      labels: labels
    )
    guard let merge else { return Result(obstacle: .notText) }
    return Result(
      bytes: isConverted ? LineEnds.withCarriageReturns(merge.bytes) : merge.bytes,
      obstacle: merge.conflictCount == 0 ? nil : .conflicts(merge.conflictCount)
    )
  }
}
