/// The content of a progress line and its layout.
struct ProgressLine {
  var name: SafeText
  var files = 0
  /// Nil while it is unknown; then there is no bar and no percentage.
  var totalFiles: Int?
  var bytes: UInt64 = 0
  /// Bytes a second; nil until it can be measured.
  var rate: UInt64?

  /// Lays the line out in at most `width` columns, leaving out the least important parts.
  func text(width: Int) -> SafeText {
    let parts: [[SafeText?]] = [
      [name, bar(20), percentage, fileCount, byteCount, rateText],
      [name, bar(10), percentage, fileCount, byteCount, rateText],
      [name, bar(10), percentage, fileCount, byteCount],
      [name, bar(10), percentage, fileCount],
      [name, percentage, fileCount],
      [name, percentage],
    ]
    var shortest = name
    for candidate in parts {
      let line = join(candidate.compactMap { $0 })
      if line.width <= width { return line }
      shortest = line
    }
    return shortest.truncated(to: width)
  }

  private func join(_ parts: [SafeText]) -> SafeText {
    var line: SafeText = ""
    for part in parts { line = line.isEmpty ? part : line + "  " + part }
    return line
  }

  /// The percentage of files done, rounded down, so that 100 means all.
  private var percent: Int? {
    guard let totalFiles, totalFiles > 0 else { return nil }
    return min(max(files, 0), totalFiles) * 100 / totalFiles
  }

  private func bar(_ cells: Int) -> SafeText? {
    guard let percent else { return nil }
    let filled = percent * cells / 100
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: cells - filled)
    return SafeText("[" + bar + "]")
  }

  private var percentage: SafeText? {
    guard let digits = percent.map(String.init) else { return nil }
    // Always three digits wide, so that the rest of the line does not move.
    return .spaces(3 - digits.count) + SafeText(digits + "%")
  }

  private var fileCount: SafeText? {
    if let totalFiles, totalFiles > 0 { return "\(files)/\(totalFiles) files" }
    return files > 0 ? Quantity.count(files, "file") : nil
  }

  private var byteCount: SafeText? { bytes > 0 ? Quantity.bytes(bytes) : nil }

  private var rateText: SafeText? { rate.map { Quantity.rate($0) } }
}
