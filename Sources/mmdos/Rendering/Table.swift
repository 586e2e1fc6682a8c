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

  /// The smallest width to which the last column is cut; a narrower one would show too little to be useful.
  static let minimumWidth = 12
  /// The smallest width to which another column is cut, where the last would not fit else.
  static let minimumInnerWidth = 8

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

  /// The lines of the table; on a terminal its columns are cut so that lines have at most `width` columns.
  func lines(for output: Output, width: Int) -> [SafeText] {
    lines(width: output.isTerminal ? width : nil)
  }

  /// The lines of the table, the heading first, without trailing spaces.
  ///
  /// With a width the last column is cut, and where that is not enough the widest of the others. The first column is
  /// what a row is about and stays whole; so do right-aligned ones, because a number must not lose digits.
  func lines(width: Int?) -> [SafeText] {
    guard let width else { return wholeLines(width: nil) }
    var table = self
    table.narrow(to: width)
    return table.wholeLines(width: width)
  }

  /// Cuts inner columns until the last has at least its smallest width.
  private mutating func narrow(to width: Int) {
    guard columns.count > 2, columns.last?.alignment == .left else { return }
    let inner = columns.indices.dropFirst().dropLast().filter { columns[$0].alignment == .left }
    let last = min(widths[columns.count - 1], Self.minimumWidth)
    var excess = indent + widths.dropLast().reduce(0, +) + gap * (columns.count - 1) + last - width
    while excess > 0, let widest = inner.max(by: { widths[$0] < widths[$1] }),
      widths[widest] > Self.minimumInnerWidth
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

  private func wholeLines(width: Int?) -> [SafeText] {
    var lines: [SafeText] = []
    lines.reserveCapacity(rows.count + 1)
    if columns.contains(where: { $0.title != nil }) {
      lines.append(line(columns.map { $0.title?.styled(.heading) ?? "" }, width: width))
    }
    for row in rows { lines.append(line(row, width: width)) }
    return lines
  }

  private func line(_ cells: [SafeText], width: Int?) -> SafeText {
    var line = SafeText.spaces(indent)
    var position = indent
    // Spaces are added only before further text, so that no line ends with them.
    var waiting = 0
    for (index, cell) in cells.enumerated() {
      if index > 0 { waiting += gap }
      let cell = cut(cell, at: index, start: position + waiting, width: width)
      let padding = widths[index] - cell.width
      if columns[index].alignment == .right { waiting += padding }
      if !cell.isEmpty {
        line.append(.spaces(waiting))
        line.append(cell)
        position += waiting + cell.width
        waiting = 0
      }
      waiting += columns[index].alignment == .left ? padding : 0
    }
    return cells.allSatisfy(\.isEmpty) ? "" : line
  }

  private func cut(_ cell: SafeText, at index: Int, start: Int, width: Int?) -> SafeText {
    guard let width, index == columns.count - 1, columns[index].alignment == .left else { return cell }
    let room = width - start
    return room < Self.minimumWidth ? cell : cell.truncated(to: room)
  }
}
