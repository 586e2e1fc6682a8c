import Foundation
import SystemPackage
import TestSupport
import Testing

/// A page of `registry report`, read by parsers that are not ours (`Tests/Fixtures/read_page.py`).
struct ReportPageReading: Decodable {
  struct Table: Decodable {
    let caption: String
    let columns: [String]
    let rows: [[String]]
    /// Whether each row begins with the cell that names it.
    let headed: Bool
  }

  struct Figure: Decodable {
    let caption: String
    let charts: Int
  }

  let title: String
  let lang: String?
  /// All text, without the style sheet.
  let text: String
  let style: String
  let ids: [String]
  let links: [String]
  let elements: [String]
  let attributes: [String]
  /// The values of all attributes.
  let values: [String]
  let metas: [[String: String]]
  /// The text of each snapshot of the timelines.
  let syncs: [String]
  let tables: [Table]
  let figures: [Figure]
  /// The attributes of each drawing.
  let charts: [[String: String]]
  /// The ids of the headings that name the parts of the page.
  let sections: [String]

  /// Reads a page; it has to be well-formed.
  static func read(_ page: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) async throws -> Self {
    let script = FilePath(#filePath).removingLastComponent()
      .appending("../Fixtures/read_page.py").lexicallyNormalized()
    let result = try await Program(path: "/usr/bin/env").run(["python3", script.string], input: page)
    #expect(result.exitCode == 0, "\(result.error)", sourceLocation: sourceLocation)
    return try JSONDecoder().decode(Self.self, from: Data(result.outputBytes))
  }

  /// The rows of the only table with such a caption.
  func rows(of caption: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [[String]] {
    let found = tables.filter { $0.caption.contains(caption) }
    #expect(found.count == 1, "\(tables.map(\.caption))", sourceLocation: sourceLocation)
    return try #require(found.first, sourceLocation: sourceLocation).rows
  }
}
