/// Compares what a block printed with what its page says.
///
/// Ids, times, durations and sizes differ from run to run; they are compared as such, not by their digits.
enum PageOutput {
  /// The first line of the page that is not as printed; nil where all are.
  static func firstDifference(of printed: [String], from stated: [String]) -> String? {
    let printed = printed.map(masked)[...]
    var rest = printed
    var maySkip = false
    for line in stated {
      if line.trimmingPrefix(while: { $0 == " " }) == "…" {
        maySkip = true
        continue
      }
      let wanted = masked(line)
      guard let found = maySkip ? rest.firstIndex(where: { matches($0, wanted) }) : rest.indices.first,
        matches(rest[found], wanted)
      else { return line }
      rest = rest[(found + 1)...]
      maySkip = false
    }
    return maySkip || rest.isEmpty ? nil : "nothing more, but there is: \(rest.first ?? "")"
  }

  /// A line with a mark for each thing that differs from run to run.
  static func masked(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    line.replace(/\b[0-9a-f]{12,64}\b/, with: "<id>")
    line.replace(/\bMCowBQYDK2VwAyEA[A-Za-z0-9+\/]{43}=/, with: "<key>")
    line.replace(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/, with: "<time>")
    line.replace(/\b(\d+ ms|\d+\.\d+ s)\b/, with: "<duration>")
    line.replace(/\b(just now|\d+ (seconds?|minutes?) ago)\b/, with: "<age>")
    line.replace(/\b[\d.]+ (B|KiB|MiB)\b/, with: "<size>")
    // Columns are as wide as what differs.
    line.replace(/[ ]{2,}/, with: "  ")
    return line
  }

  /// Whether a line is as stated, where `…` in the statement is any text.
  private static func matches(_ line: String, _ stated: String) -> Bool {
    let parts = stated.split(separator: "…", omittingEmptySubsequences: false)
    guard let first = parts.first, let last = parts.last, line.hasPrefix(first) else { return false }
    guard parts.count > 1 else { return line == stated }
    var rest = line.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(last)
  }
}
