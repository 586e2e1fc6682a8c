import Formats

extension Catalog {
  /// The entries that contain every word of the query, the best match first.
  ///
  /// Case is ignored. A match in slug or name weighs more than one in tags, use cases or category, and that more than
  /// one in the description. In slug and name, a match of the whole text weighs more than one at its beginning, and
  /// that more than one elsewhere. Entries of equal weight are sorted by slug. An empty query matches all entries.
  package func search(_ query: String) -> [Entry] {
    rank(query).sorted { ($1.weight, $0.entry.slug) < ($0.weight, $1.entry.slug) }.map(\.entry)
  }

  /// The matching entries with their weights, in the catalog's order: for merging the results of several catalogs.
  package func rank(_ query: String) -> [(entry: Entry, weight: Int)] {
    let words = UnicodeRules.caseFolded(query).split(whereSeparator: \.isWhitespace).map(String.init)
    var found: [(entry: Entry, weight: Int)] = []
    for entry in entries {
      if let weight = SearchText(entry).weight(of: words) { found.append((entry, weight)) }
    }
    return found
  }
}

/// The case-folded texts of an entry, grouped by the weight of a match in them.
private struct SearchText {
  private let names: [String]
  private let tags: [String]
  private let description: String

  init(_ entry: Catalog.Entry) {
    names = [entry.slug.description, entry.name].map(UnicodeRules.caseFolded)
    tags = (entry.tags + entry.useCases + [entry.category]).map(UnicodeRules.caseFolded)
    description = UnicodeRules.caseFolded(entry.description)
  }

  /// The sum of the weights of all words, or nil if a word is not found.
  ///
  /// One match of a group outweighs any number of matches of lower groups, up to ten words.
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

  // Searches bytes: `String.contains` compares Characters, which is slow and does not find a part of one.
  private static func find(_ word: String, in text: String) -> Bool {
    let (needle, haystack) = (Array(word.utf8), Array(text.utf8))
    guard let first = needle.first, needle.count <= haystack.count else { return needle.isEmpty }
    return (0...(haystack.count - needle.count)).contains { start in
      haystack[start] == first && haystack[start...].starts(with: needle)
    }
  }
}
