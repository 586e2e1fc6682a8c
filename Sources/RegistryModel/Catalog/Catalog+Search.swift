import Formats

extension Catalog {
  /// The entries that hold every word of the query, the best match first.
  ///
  /// Case does not count. A word in slug or name weighs more than one in tags, use cases or category, and
  /// that more than one in the description; in slug and name, the whole text comes before its beginning
  /// and that before any other part. Entries that match alike are sorted by slug. An empty query finds all.
  package func search(_ query: String) -> [Entry] {
    rank(query).sorted { ($1.weight, $0.entry.slug) < ($0.weight, $1.entry.slug) }.map(\.entry)
  }

  /// The same with what each match weighs, in the catalog's order: for putting several catalogs together.
  package func rank(_ query: String) -> [(entry: Entry, weight: Int)] {
    let words = UnicodeRules.caseFolded(query).split(whereSeparator: \.isWhitespace).map(String.init)
    var found: [(entry: Entry, weight: Int)] = []
    for entry in entries {
      if let weight = SearchText(entry).weight(of: words) { found.append((entry, weight)) }
    }
    return found
  }
}

/// The case-folded texts of an entry, by what a match in them weighs.
private struct SearchText {
  private let names: [String]
  private let tags: [String]
  private let description: String

  init(_ entry: Catalog.Entry) {
    names = [entry.slug.description, entry.name].map(UnicodeRules.caseFolded)
    tags = (entry.tags + entry.useCases + [entry.category]).map(UnicodeRules.caseFolded)
    description = UnicodeRules.caseFolded(entry.description)
  }

  /// The sum over all words, or nil if one is nowhere.
  ///
  /// Each class outweighs all below it however many words a query has, up to ten.
  func weight(of words: [String]) -> Int? {
    var sum = 0
    for word in words {
      guard let weight = weight(of: word) else { return nil }
      sum += weight
    }
    return sum
  }

  private func weight(of word: String) -> Int? {
    if names.contains(word) { return 10_000 }
    if names.contains(where: { $0.hasPrefix(word) }) { return 5000 }
    if names.contains(where: { Self.find(word, in: $0) }) { return 1000 }
    if tags.contains(where: { Self.find(word, in: $0) }) { return 100 }
    return Self.find(word, in: description) ? 10 : nil
  }

  // By bytes: `String.contains` compares characters, which is slow and finds no part of one.
  private static func find(_ word: String, in text: String) -> Bool {
    let (needle, haystack) = (Array(word.utf8), Array(text.utf8))
    guard let first = needle.first, needle.count <= haystack.count else { return needle.isEmpty }
    return (0...(haystack.count - needle.count)).contains { start in
      haystack[start] == first && haystack[start...].starts(with: needle)
    }
  }
}
