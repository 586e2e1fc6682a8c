/// Columns of text, aligned by display width.
struct Table {
  enum Alignment: Sendable {
    case left
    case right
  }

  struct Column: Sendable {
    /// Printed above the column; a table whose titles are all nil has no heading.
    var title: SafeText?
    var alignment: Alignment

    init(_ title: SafeText? = nil, _ alignment: Alignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  /// The smallest width to which an inner column is cut; a longer title stays whole.
  static let minimumWidth = 8

  private let columns: [Column]
  private let indent: Int
  private let gap: Int
  private var rows: [[SafeText]] = []
  private var widths: [Int]

  /// Creates an empty table; `indent` and `gap` are the numbers of spaces before and between columns.
  init(_ columns: [Column], indent: Int = 0, gap: Int = 2) {
    self.columns = columns
    self.indent = indent
    self.gap = gap
    widths = columns.map { $0.title?.width ?? 0 }
  }

  var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; missing cells are empty.
  mutating func append(_ cells: [SafeText]) {
    precondition(cells.count <= columns.count, "a row has no more cells than the table has columns")
    for (index, cell) in cells.enumerated() { widths[index] = max(widths[index], cell.width) }
    rows.append(cells)
  }

  /// The lines of the table; on a terminal they have at most `width` columns.
  func lines(for output: Output, width: Int) -> [SafeText] {
    lines(width: output.isTerminal ? width : nil)
  }

  /// The rows of the table, the heading first, without trailing spaces.
  ///
  /// With a width inner columns are cut, the widest first, and the last column goes below its row where it does not
  /// fit. The first column is what a row is about and stays whole; so do right-aligned ones, because a number must not
  /// lose digits.
  func lines(width: Int?) -> [SafeText] {
    var table = self
    if let width { table.narrow(to: width) }
    let titles = columns.map { $0.title?.styled(.heading) ?? "" }
    let hasHeading = columns.contains { $0.title != nil }
    return ((hasHeading ? [titles] : []) + table.rows).map { table.row($0, width: width) }
  }

  /// Cuts inner columns until all but the last fit.
  private mutating func narrow(to width: Int) {
    let inner = columns.indices.dropFirst().dropLast().filter { columns[$0].alignment == .left }
    let least = columns.map { max($0.title?.width ?? 0, Self.minimumWidth) }
    var excess = indent + widths.dropLast().reduce(0, +) + gap * (columns.count - 2) - width
    while excess > 0,
      let widest = inner.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] })
    {
      widths[widest] -= 1
      excess -= 1
    }
    for row in rows.indices {
      for index in inner where index < rows[row].count {
        rows[row][index] = rows[row][index].truncated(to: widths[index])
      }
    }
  }

  /// One row, of more than one line if need be.
  private func row(_ cells: [SafeText], width: Int?) -> SafeText {
    let whole = line(cells)
    guard let width, whole.width > width else { return whole }
    guard cells.count == columns.count, let last = cells.last, !last.isEmpty else {
      return whole.wrapped(to: width, hanging: indent + 4)
    }
    let head = line(cells.dropLast()) + .spaces(2)
    return (head + last).wrapped(to: width, hanging: indent + 4, below: head.text.utf8.count)
  }

  private func line(_ cells: [SafeText]) -> SafeText {
    var line = SafeText.spaces(indent)
    // Spaces are added only before further text, so that no line ends with them.
    var waiting = 0
    for (index, cell) in cells.enumerated() {
      if index > 0 { waiting += gap }
      let padding = widths[index] - cell.width
      if columns[index].alignment == .right { waiting += padding }
      if !cell.isEmpty {
        line.append(.spaces(waiting))
        line.append(cell)
        waiting = 0
      }
      waiting += columns[index].alignment == .left ? padding : 0
    }
    return cells.allSatisfy(\.isEmpty) ? "" : line
  }
}
