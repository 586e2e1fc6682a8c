/// One parser of bytes from outside, with what must be true of every input.
///
/// A trap, an endless loop and memory out of proportion are found by whoever runs it; what `run` returns is the rest:
/// that a value written again parses to the same, that two ways to read one text agree.
package struct FuzzEntry: Sendable {
  /// The name of the entry, and of the folder of its corpus.
  package let name: String
  private let body: @Sendable ([UInt8]) -> String?

  init(_ name: String, _ body: @escaping @Sendable ([UInt8]) -> String?) {
    self.name = name
    self.body = body
  }

  /// An entry for a parser of text; bytes that are not UTF-8 are replaced as the callers of such parsers do.
  init(text name: String, _ body: @escaping @Sendable (String) -> String?) {
    self.init(name) { bytes in body(String(decoding: bytes, as: UTF8.self)) }
  }

  /// Gives the parser an input.
  ///
  /// - Returns: What must not be; nil where all is well, also for an input that is refused.
  package func run(_ bytes: [UInt8]) -> String? { body(bytes) }

  /// Every entry, by layer.
  package static let all =
    disk + formats + store + refs + audit + model + scaffold + lockMerge + fetch + preview + sync
}

/// What must not be, unless the condition holds.
func violation(_ what: String, unless condition: Bool) -> String? { condition ? nil : what }

extension [UInt8] {
  /// The pieces between zero bytes, for parsers that take several inputs.
  var pieces: [[UInt8]] { split(separator: 0, omittingEmptySubsequences: false).map(Array.init) }

  /// The piece with a number, as text; empty where there is none.
  func text(_ index: Int) -> String {
    let pieces = pieces
    return index < pieces.count ? String(decoding: pieces[index], as: UTF8.self) : ""
  }
}
