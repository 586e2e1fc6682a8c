import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The repairs that `registry verify --repair` would make.
struct RepairPlan {
  private let report: VerifyReport
  let source: Source

  init(_ report: VerifyReport, _ source: Source) {
    self.report = report
    self.source = source
  }

  private var objectCount: Int { report.findings.count { $0.layer == .objects && $0.isFailure } }
  private var viewCount: Int { report.findings.count { $0.layer == .view && $0.isFailure } }

  /// Whether there is anything that a repair brings back.
  var isNeeded: Bool { objectCount + viewCount > 0 }

  var lines: [SafeText] {
    let name = SafeText(report.registry.description)
    guard isNeeded else { return ["\(name): nothing to repair"] }
    var lines: [SafeText] = ["would repair \(name)"]
    if objectCount > 0 {
      lines += [
        "  objects      \(Quantity.count(objectCount, "damaged or lost object")), from alternates or the publisher",
        "  request      \(SafeText(source.location.text)) (the files that are damaged or lost)",
      ]
      lines += source.mirrors.map {
        "  request      \(SafeText($0.description)) (where those before it fail)"
      }
    }
    if viewCount > 0 { lines.append("  view         written anew from the objects") }
    return lines
  }

  var json: JSONValue {
    .object([
      ("registry", .string(report.registry.description)), ("objects", .number(objectCount)),
      ("view_places", .number(viewCount)), ("url", .string(source.location.text)),
      ("mirrors", source.mirrors.json),
    ])
  }
}

extension RepairReport {
  /// Prints what was restored.
  func print(to console: Console) {
    let name = SafeText(registry.description)
    guard objectCount + viewPlaceCount + losses.count > 0 else {
      return console.print("\(name): nothing to repair")
    }
    console.print(
      "\(name): \(Quantity.count(objectCount, "object")) brought back, \(Quantity.bytes(fetchedBytes)) fetched"
    )
    for line in PlacesText(places).lines { console.print(line) }
    if viewPlaceCount > 0 {
      console.print("\(name): view written anew, it differed in \(Quantity.count(viewPlaceCount, "place"))")
    }
    if !losses.isEmpty {
      console.print("\(name): \(Quantity.count(losses.count, "object")) could not be brought back")
    }
  }

  var json: JSONValue {
    .object([
      ("objects", .number(objectCount)), ("fetched_bytes", .number(fetchedBytes)),
      ("view_places", .number(viewPlaceCount)),
      ("places", PlacesText(places).json), ("lost", .array(losses.map { .string($0.id.description) })),
    ])
  }
}
