import Formats

/// HTML in which everything from outside is escaped.
///
/// A report's page is made of nothing else, so text that was not escaped does not compile. Text passes through
/// `Escaper` as it does on its way to a terminal, which makes control, bidirectional and invisible characters visible,
/// and then through the escapes of HTML. The names of elements and attributes are closed lists: none of them runs or
/// loads anything. The result is also well-formed XML, so that a strict parser can check it.
struct Markup: Sendable, Hashable {
  private(set) var html: String

  /// Escapes outside text for one line; secrets of addresses are left out.
  init(_ raw: String) {
    self.init(escaped: Escaper.escape(AddressRedaction.redact(raw), .line))
  }

  /// Escapes a line of a file, which is shown as it is.
  init(lineOfFile raw: String) {
    self.init(escaped: Escaper.escape(raw, .line))
  }

  /// Escapes text that is safe for a terminal already.
  init(_ text: SafeText) {
    self.init(escaped: text.text)
  }

  private init(escaped text: String) {
    html = Self.escape(text)
  }

  private init(verbatim html: String) {
    self.html = html
  }

  /// An element with its content.
  init(_ element: Element, _ attributes: KeyValuePairs<Attribute, String> = [:], _ content: Markup = "") {
    var html = "<\(element.rawValue)"
    for (name, value) in attributes {
      html += " \(name.rawValue)=\"" + Markup(value).html + "\""
    }
    html += element == .meta ? " />" : ">" + content.html + "</\(element.rawValue)>"
    self.html = html
  }

  /// A style sheet, which is part of the program.
  init(styleSheet: StaticString) {
    html = "<style>\(styleSheet)</style>"
  }

  /// A whole document.
  static func document(_ root: Markup) -> Markup {
    Markup(verbatim: "<!DOCTYPE html>\n" + root.html + "\n")
  }

  /// Outside text that may be in a script of the other direction: what surrounds it keeps its order.
  static func isolated(_ raw: String) -> Markup {
    let text = Markup(raw)
    return text.html.utf8.allSatisfy { $0 < 0x80 } ? text : Markup(.bdi, [:], text)
  }

  var isEmpty: Bool { html.isEmpty }

  static func + (left: Markup, right: Markup) -> Markup {
    Markup(verbatim: left.html + right.html)
  }

  static func += (left: inout Markup, right: Markup) {
    left.html += right.html
  }

  private static func escape(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes += "&amp;".utf8
      case UInt8(ascii: "<"): bytes += "&lt;".utf8
      case UInt8(ascii: ">"): bytes += "&gt;".utf8
      case UInt8(ascii: "\""): bytes += "&quot;".utf8
      case UInt8(ascii: "'"): bytes += "&#39;".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension Markup {
  enum Element: String {
    case article, bdi, body, caption, code, dd, details, div, dl, dt, figcaption, figure, footer, h1, h2,
      h3, h4, head
    case header, html, li, main, meta, nav, ol, p, path, rect, section, span, strong, summary, svg, table,
      tbody, td, th
    case thead, time, title, tr, ul
  }

  /// No attribute takes an address or a program; `href` is written by `Markup.link` alone.
  enum Attribute: String {
    case ariaHidden = "aria-hidden"
    case ariaLabel = "aria-label"
    case ariaLabelledBy = "aria-labelledby"
    case charset, `class`, content
    case dataLabel = "data-label"
    case dateTime = "datetime"
    case d, height, id, lang, name, role, scope, title, viewBox, width, x, y
    case httpEquivalent = "http-equiv"
    case preserveAspectRatio
  }

  /// A link to a place on the same page.
  static func link(to id: String, _ content: Markup) -> Markup {
    Markup(verbatim: "<a href=\"#" + Markup(id).html + "\">" + content.html + "</a>")
  }
}

extension Markup: ExpressibleByStringInterpolation {
  init(stringLiteral value: String) {
    self.init(value)
  }

  init(stringInterpolation: StringInterpolation) {
    self = stringInterpolation.result
  }

  /// Escapes every value and the literal text between them.
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var result = Markup(verbatim: "")

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) { result += Markup(literal) }
    mutating func appendInterpolation(_ markup: Markup) { result += markup }
    mutating func appendInterpolation(_ text: SafeText) { result += Markup(text) }
    mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      result += Markup(value.description)
    }
  }
}

extension Sequence<Markup> {
  /// All of them, one after the other.
  func joined(separator: Markup = "") -> Markup {
    var result: Markup = ""
    for (index, part) in enumerated() {
      if index > 0 { result += separator }
      result += part
    }
    return result
  }
}
