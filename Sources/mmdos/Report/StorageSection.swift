import RegistryModel
import RegistrySync
import SystemPackage

/// What the cache takes on disk, for whom, and what is saved by storing the same content once.
struct StorageSection {
  /// The most registries that have a colour of their own.
  private static let maxColours = 5

  private let statistics: CacheStatistics

  init(_ statistics: CacheStatistics) { self.statistics = statistics }

  var markup: Markup {
    .section(
      "storage",
      "Storage and sharing",
      Markup(.div, [.class: "figures"], ownersFigure + compressionFigure) + table + alternates + damage
    )
  }

  // MARK: Charts

  private var ownersFigure: Markup {
    let bar = ReportBar(parts: owners)
    return figure("Who needs what is stored, in bytes on disk", bar.drawing + bar.legend)
  }

  private var owners: [ReportBar.Part] {
    let sorted = statistics.registries.sorted { $0.alone.storedBytes > $1.alone.storedBytes }
    var parts = sorted.prefix(Self.maxColours).enumerated().map { index, registry in
      part("colour\(index + 1)", "\(registry.name) alone", registry.alone.storedBytes)
    }
    let others = sorted.dropFirst(Self.maxColours).reduce(0) { $0 + Double($1.alone.storedBytes) }
    if others > 0 { parts.append(part("others", "other registries alone", Int64(clamping: others))) }
    if statistics.shared.count > 0 {
      parts.append(part("shared", "several registries", statistics.shared.storedBytes))
    }
    let known = parts.reduce(0) { $0 + Double($1.amount) } + Double(statistics.unreachable.storedBytes)
    let kept = Int64(clamping: Double(statistics.total.storedBytes) - known)
    if kept > 0 { parts.append(part("kept", "kept for removed registries", kept)) }
    if statistics.unreachable.count > 0 {
      parts.append(part("unreachable", "nobody; can be cleared", statistics.unreachable.storedBytes))
    }
    return parts
  }

  private var compressionFigure: Markup {
    let (raw, stored) = (statistics.total.rawBytes, statistics.total.storedBytes)
    let whole = max(raw, stored)
    let rows: [Markup] = [
      part("raw", "unpacked", raw), part("stored", "on disk", stored),
    ].map { part in
      let words = Markup(.span, [.class: "label"], part.label) + Markup(.span, [.class: "amount"], part.text)
      return ReportBar(parts: [part], whole: whole).drawing + Markup(.div, [.class: "line"], words)
    }
    let ratio: Markup = statistics.compressionRatio.map { "; compressed \(Self.decimal($0)) times" } ?? ""
    return figure("Each content is stored once\(ratio)", rows.joined())
  }

  private func figure(_ caption: Markup, _ content: Markup) -> Markup {
    Markup(.figure, [.class: "chart"], Markup(.figcaption, [:], caption) + content)
  }

  private func part(_ tone: String, _ label: Markup, _ bytes: Int64) -> ReportBar.Part {
    .init(tone, label, bytes, Markup(Quantity.bytes(bytes)))
  }

  private static func decimal(_ number: Double) -> String {
    let tenths = Int64(clamping: (number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  // MARK: Numbers

  private var table: Markup {
    var table = ReportTable(
      caption: "Objects of the cache, by registry; “alone” is what clearing the registry frees",
      columns: [
        .init("Of"), .init("Snapshots", isNumber: true), .init("Objects", isNumber: true),
        .init("Unpacked", isNumber: true), .init("On disk", isNumber: true), .init("Alone", isNumber: true),
      ]
    )
    for registry in statistics.registries {
      table.rows.append(
        [Markup(registry.name.description), "\(registry.snapshotCount)"] + cells(registry.all)
          + [Markup(Quantity.bytes(registry.alone.storedBytes))]
      )
    }
    for (title, amount) in [
      ("all", statistics.total), ("shared by registries", statistics.shared),
      ("unreachable", statistics.unreachable), ("linked with other stores", statistics.linked),
    ] where amount.count > 0 {
      table.rows.append([Markup(title), ReportTable.none] + cells(amount) + [ReportTable.none])
    }
    return table.markup
  }

  private func cells(_ amount: CacheStatistics.Amount) -> [Markup] {
    ["\(amount.count)", Markup(Quantity.bytes(amount.rawBytes)), Markup(Quantity.bytes(amount.storedBytes))]
  }

  private var alternates: Markup {
    guard !statistics.alternates.isEmpty else { return "" }
    return .paragraph("Content is taken from these stores as well:")
      + .list(statistics.alternates.map { Markup(.code, [.class: "path"], .isolated($0.string)) })
  }

  private var damage: Markup {
    guard statistics.damagedCount > 0 else { return "" }
    let count = Quantity.count(statistics.damagedCount, "object")
    return .paragraph("\(count) cannot be read; see " + .code("mmdos fsck") + ".", class: "alert bad")
  }
}

extension Int64 {
  /// The nearest number; zero for what is none.
  fileprivate init(clamping number: Double) {
    self = number.isNaN ? 0 : number >= 9.2e18 ? .max : number <= -9.2e18 ? .min : Int64(number)
  }
}
