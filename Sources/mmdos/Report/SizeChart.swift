import ObjectStore
import RegistrySync

/// How large a registry was at each of its syncs, drawn as steps from the oldest to the newest.
struct SizeChart {
  /// The most steps that are told apart on a narrow screen.
  private static let maxSteps = 60
  private static let stepWidth = 10
  /// The height in the drawing's own units, and what is left free above the highest step.
  private static let (height, margin) = (100.0, 8.0)

  /// Oldest first.
  private let syncs: [OverviewSync]

  /// `syncs`: Newest first.
  init(_ syncs: [OverviewSync]) {
    self.syncs = syncs.prefix(Self.maxSteps).reversed()
  }

  /// The figure; nil where there is nothing to compare.
  var markup: Markup? {
    guard syncs.count > 1, let first = syncs.first, let last = syncs.last else { return nil }
    let words: Markup =
      "Size of the content at each of the last \(syncs.count) syncs: from \(Self.words(first)) "
      + "(version \(first.entry.snapshot.version)) to \(Self.words(last)) (version \(last.entry.snapshot.version))."
    let scale =
      Markup(
        .div,
        [.class: "scale", .ariaHidden: "true"],
        Self.span(Markup(Quantity.bytes(largest))) + Self.span("0")
      )
    let dates = Markup(
      .div,
      [.class: "dates", .ariaHidden: "true"],
      [first, last].map { Self.span(.time($0.entry.snapshot.syncedAt)) }.joined()
    )
    return Markup(
      .figure,
      [.class: "chart"],
      Markup(.figcaption, [:], words) + Markup(.div, [.class: "plot"], scale + drawing + dates)
    )
  }

  private var largest: Int64 { max(1, syncs.map(\.extent.byteCount).max() ?? 1) }

  private var drawing: Markup {
    let width = syncs.count * Self.stepWidth
    var outline = ""
    var steps: Markup = ""
    for (index, sync) in syncs.enumerated() {
      let (left, top) = (index * Self.stepWidth, top(of: sync))
      outline += "V\(top)H\(left + Self.stepWidth)"
      steps += Markup(
        .rect,
        [
          .x: "\(left)", .y: "0", .width: "\(Self.stepWidth)", .height: "\(Int(Self.height))",
          .class: sync.disbelief == nil ? "step" : "step unproven",
        ],
        Markup(.title, [:], "version \(sync.entry.snapshot.version): \(Self.words(sync))")
      )
    }
    let area = Markup(
      .path,
      [.d: "M0 \(Int(Self.height))" + outline + "V\(Int(Self.height))Z", .class: "area"]
    )
    let line = Markup(.path, [.d: "M0 \(syncs.first.map(top) ?? "0")" + outline, .class: "top"])
    return Markup(
      .svg,
      [
        .class: "steps", .viewBox: "0 0 \(width) \(Int(Self.height))", .preserveAspectRatio: "none",
        .role: "img", .ariaLabel: "the steps are described by the caption and by the list below",
      ],
      area + line + steps
    )
  }

  /// In tenths of the drawing's units.
  private func top(of sync: OverviewSync) -> String {
    let share = Double(sync.extent.byteCount) / Double(largest)
    let tenths = Int(((Self.height - share * (Self.height - Self.margin)) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func words(_ sync: OverviewSync) -> Markup {
    "\(Quantity.bytes(sync.extent.byteCount)) in \(Quantity.count(sync.extent.fileCount, "file"))"
  }

  private static func span(_ content: Markup) -> Markup { Markup(.span, [:], content) }
}
