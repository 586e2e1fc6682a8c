import Disk
import ObjectStore

/// What the view in place, and the one before it that was left aside, can give to the next view without being read.
///
/// The view left aside is where the next one begins (`AsideView`). What that one lacks and the view in place has is
/// linked, if its mark shows that it is the same.
struct ViewStock: Sendable {
  private let place: ViewIndex?
  /// The marks of the view that was left aside; nil where there are none.
  let aside: ViewIndex?
  private let positions: [[FileName]: Int]

  /// `place` and `aside`: The indexes of the two views; nil where there is none.
  init(place: ViewIndex?, aside: ViewIndex?) {
    (self.place, self.aside) = (place, aside)
    positions = place?.positionsByPath ?? [:]
  }

  /// The marks of the files in a folder of the view in place.
  func marks(in folder: [String]) -> ViewIndex.Marks? {
    guard let place, let position = positions[folder.map { StoreLayout.component($0) }] else { return nil }
    return place.marks(in: position)
  }
}
