import Formats
import RegistryModel
import RegistrySync

/// Which places of a registry served.
struct PlacesText {
  private let places: [PlaceUse]

  init(_ places: [PlaceUse]) {
    self.places = places
  }

  /// A line for each mirror that served; none where all came from the registry's own url.
  var lines: [SafeText] {
    places.filter { $0.isMirror && $0.hasServed }.map { place in
      var parts = place.hasServedManifest ? ["manifest"] : []
      if place.fileCount > 0 { parts.append("\(Quantity.count(place.fileCount, "file"))") }
      if place.packCount > 0 { parts.append("\(Quantity.count(place.packCount, "pack"))") }
      return "  mirror \(SafeText(place.url)) served \(SafeText(parts.joined(separator: ", ")))"
    }
  }

  /// All places that were configured, in order.
  var json: JSONValue {
    .array(
      places.map { place in
        .object([
          ("url", .string(place.url)), ("mirror", .boolean(place.isMirror)),
          ("manifest", .boolean(place.hasServedManifest)), ("files", .number(place.fileCount)),
          ("packs", .number(place.packCount)),
          ("failure", .string(orNull: place.failure.map { Failure($0.first).message })),
          ("failures", .number(place.failure?.count ?? 0)),
          ("moved_to", .string(orNull: place.movedTo?.description)),
        ])
      }
    )
  }
}
