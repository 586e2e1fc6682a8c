/// A bar of parts that lie side by side, drawn to the width that there is.
struct ReportBar {
  struct Part {
    /// The class that gives the part its colour.
    let tone: String
    let label: Markup
    let amount: Int64
    /// The amount as it is read, such as `1.2 MiB`.
    let text: Markup

    init(_ tone: String, _ label: Markup, _ amount: Int64, _ text: Markup) {
      (self.tone, self.label, self.amount, self.text) = (tone, label, max(0, amount), text)
    }
  }

  /// The width of the whole in the drawing's own units: tenths of a percent.
  private static let width: Double = 1000

  let parts: [Part]
  /// What the whole width stands for; the sum of the parts where it is nil.
  var whole: Int64?

  private var sum: Double { parts.reduce(0) { $0 + Double($1.amount) } }
  private var scale: Double { max(1, whole.map { max(Double($0), sum) } ?? sum) }

  /// The drawing; the words beside it say the same.
  var drawing: Markup {
    var position = 0
    var rectangles: Markup = ""
    for part in parts where part.amount > 0 {
      // What is there shows, however little of the whole it is.
      let width = max(4, Int((Double(part.amount) / scale * Self.width).rounded()))
      rectangles += Markup(
        .rect,
        [.x: "\(position)", .y: "0", .width: "\(width)", .height: "10", .class: part.tone],
        Markup(.title, [:], part.label + ": " + part.text)
      )
      position += width
    }
    // Parts that were widened may reach beyond the whole.
    let end = max(position, Int(Self.width))
    return Markup(
      .svg,
      [.class: "bar", .viewBox: "0 0 \(end) 10", .preserveAspectRatio: "none", .ariaHidden: "true"],
      rectangles
    )
  }

  /// The parts with their colours, amounts and shares.
  var legend: Markup {
    .list(
      parts.map { part in
        let swatch = Markup(.span, [.class: "swatch \(part.tone)", .ariaHidden: "true"])
        return swatch + Markup(.span, [.class: "label"], part.label)
          + Markup(.span, [.class: "amount"], part.text + " · \(share(part))")
      },
      class: "legend"
    )
  }

  private func share(_ part: Part) -> Markup {
    let share = Double(part.amount) / max(1, sum) * 100
    return part.amount > 0 && share < 1 ? "under 1 %" : "\(Int(share.rounded())) %"
  }
}
