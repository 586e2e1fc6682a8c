import Formats
import ObjectStore

// What the sections of a report are made of.

extension Markup {
  /// What a small label says of what it stands beside; the colour only repeats the words.
  enum Tone: String {
    case good, warning, bad, plain
  }

  /// A small label.
  static func badge(_ tone: Tone, _ words: Markup) -> Markup {
    Markup(.span, [.class: "badge \(tone.rawValue)"], words)
  }

  /// An object's id or another hash: the first digits, and all of them to look up.
  static func id(_ digits: some CustomStringConvertible) -> Markup {
    let all = digits.description
    guard all.utf8.count > 12 else { return Markup(.code, [.class: "id"], Markup(all)) }
    return Markup(.code, [.class: "id", .title: all], "\(String(all.prefix(12)))…")
  }

  /// Something to be typed, or a path.
  static func code(_ text: Markup) -> Markup { Markup(.code, [:], text) }

  /// A moment as it was recorded, which may be no time at all.
  static func time(_ text: String) -> Markup {
    // try?: what is no time is shown as it is.
    guard let time = try? Timestamp(parsing: text) else { return .isolated(text) }
    let utc = time.description
    return Markup(
      .time,
      [.dateTime: utc],
      "\(String(utc.prefix(10))) \(String(utc.dropFirst(11).prefix(5))) UTC"
    )
  }

  /// Names with what they stand for.
  static func facts(_ facts: [(String, Markup)], class name: String = "facts") -> Markup {
    Markup(
      .dl,
      [.class: name],
      facts.map { Markup(.div, [:], Markup(.dt, [:], Markup($0.0)) + Markup(.dd, [:], $0.1)) }.joined()
    )
  }

  static func list(_ items: [Markup], class name: String = "plain") -> Markup {
    Markup(.ul, [.class: name], items.map { Markup(.li, [:], $0) }.joined())
  }

  static func paragraph(_ content: Markup, class name: String = "text") -> Markup {
    Markup(.p, [.class: name], content)
  }

  /// Something long that is opened when it is wanted.
  static func details(_ summary: Markup, _ content: Markup) -> Markup {
    Markup(.details, [:], Markup(.summary, [:], summary) + content)
  }

  /// A part of the page with its heading, which links lead to.
  static func section(_ id: String, _ title: Markup, _ content: Markup) -> Markup {
    let heading = Markup(.h2, [.id: "\(id)-title"], title)
    return Markup(
      .section,
      [.id: id, .class: "card", .ariaLabelledBy: "\(id)-title"],
      heading + content
    )
  }
}

/// A table that becomes a list of its rows where there is little room.
struct ReportTable {
  struct Column {
    let title: String
    let isNumber: Bool

    init(_ title: String, isNumber: Bool = false) {
      (self.title, self.isNumber) = (title, isNumber)
    }
  }

  /// A cell without a value, which is left out where rows are lists.
  static let none: Markup = "–"

  let caption: Markup
  let columns: [Column]
  /// The first cell of each names the row.
  var rows: [[Markup]] = []

  /// Roles are stated, as browsers forget them where a table is not displayed as one.
  var markup: Markup {
    let head = columns.map { column in
      Markup(
        .th,
        [.scope: "col", .role: "columnheader", .class: column.isNumber ? "number" : "word"],
        Markup(column.title)
      )
    }
    let body = rows.map { cells in
      Markup(.tr, [.role: "row"], zip(columns, cells).enumerated().map(Self.cell).joined())
    }
    return Markup(
      .table,
      [.role: "table"],
      Markup(.caption, [:], caption)
        + Markup(.thead, [.role: "rowgroup"], Markup(.tr, [.role: "row"], head.joined()))
        + Markup(.tbody, [.role: "rowgroup"], body.joined())
    )
  }

  private static func cell(_ index: Int, _ pair: (Column, Markup)) -> Markup {
    let (column, content) = pair
    let name = (column.isNumber ? "number" : "word") + (content == Self.none ? " none" : "")
    return index == 0
      ? Markup(.th, [.scope: "row", .role: "rowheader"], content)
      : Markup(.td, [.role: "cell", .class: name, .dataLabel: column.title], Markup(.div, [:], content))
  }
}
