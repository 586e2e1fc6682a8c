import Formats

/// Finds the hidden text in the raw HTML of a page, which is read in order with the text between.
struct HiddenHTML {
  /// A hidden text and the byte of the file at which it begins.
  struct Found {
    let place: HiddenText.Place
    let text: [UInt8]
    let source: Int
    let name: String
  }

  /// An open element whose content is hidden.
  private struct Element {
    let name: String
    let place: HiddenText.Place
    let source: Int
    var depth = 1
    var text: [UInt8] = []
  }

  private struct Anchor {
    let target: [UInt8]
    let source: Int
    var text: [UInt8] = []
  }

  /// The maximum nesting; deeper elements count as part of the innermost.
  private static let maxOpen = 16
  /// The number of bytes of an element's text that are judged.
  private static let maxText = 8 << 10

  private var open: [Element] = []
  private var anchor: Anchor?
  /// The findings, in the order in which the elements end.
  private(set) var found: [Found] = []
  /// Links with the text that each shows.
  private(set) var anchors: [(target: [UInt8], text: [UInt8], source: Int)] = []

  /// Adds text of the page, which is shown unless an element around it is hidden.
  mutating func take(text: some Collection<UInt8>) {
    for index in open.indices where open[index].text.count < Self.maxText {
      open[index].text.append(contentsOf: text)
      open[index].text.append(0x20)
    }
    if anchor != nil { anchor?.text.append(contentsOf: text.prefix(512)) }
  }

  /// Adds a piece of raw HTML.
  ///
  /// - Returns: The text in it that a renderer shows.
  mutating func take(html: SourceText) -> SourceText {
    let bytes = html.bytes
    var shown = SourceText()
    var offset = 0
    while offset < bytes.count {
      let start = bytes[offset...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
      if start > offset {
        take(text: bytes[offset..<start])
        if open.isEmpty { shown.append(html, offset..<start) }
      }
      guard start < bytes.count else { break }
      offset = readMarkup(html, at: start)
      // Tags separate words.
      shown.append(0x20, from: html.source(at: start))
    }
    return shown
  }

  /// Ends the page; elements that were never closed end here.
  mutating func finish() {
    while let last = open.popLast() { add(last) }
  }

  /// Returns the findings since the last call.
  mutating func takeFound() -> [Found] {
    defer { found.removeAll(keepingCapacity: true) }
    return found
  }

  // MARK: Markup

  private mutating func readMarkup(_ html: SourceText, at start: Int) -> Int {
    let bytes = html.bytes
    let rest = bytes[start...]
    if rest.starts(with: "<!--".utf8) {
      if rest.dropFirst(4).first == UInt8(ascii: ">") { return start + 5 }
      if rest.dropFirst(4).starts(with: "->".utf8) { return start + 6 }
      return readAside(html, at: start, skip: 4, until: "-->")
    }
    if rest.starts(with: "<![CDATA[".utf8) { return readAside(html, at: start, skip: 9, until: "]]>") }
    if rest.starts(with: "<?".utf8) { return readAside(html, at: start, skip: 2, until: "?>") }
    if rest.starts(with: "<!".utf8) { return readAside(html, at: start, skip: 2, until: ">") }
    guard let (tag, end) = HTMLTag.read(bytes, at: start) else {
      take(text: rest.prefix(1))
      return start + 1
    }
    take(tag, html, at: start)
    return end
  }

  /// Reads a comment, a declaration or an instruction, none of which is shown.
  private mutating func readAside(
    _ html: SourceText,
    at start: Int,
    skip: Int,
    until mark: StaticString
  ) -> Int {
    let bytes = html.bytes
    let begin = min(start + skip, bytes.count)
    let end = bytes.offset(of: mark, from: begin) ?? bytes.count
    let text = Array(bytes[begin..<end])
    let isDocumentType = text.prefix(7).map { $0 | 0x20 }.elementsEqual("doctype".utf8) && text.count < 160
    if !isDocumentType, !HiddenText.isDirective(text), text.contains(where: { $0 > 0x20 }) {
      add(.comment, text, html.source(at: start), "")
    }
    return min(end + mark.utf8CodeUnitCount, bytes.count)
  }

  private mutating func take(_ tag: HTMLTag, _ html: SourceText, at start: Int) {
    let source = html.source(at: start)
    if tag.name == "a" { takeAnchor(tag, source) }
    if tag.isClosing { return close(tag.name) }
    for attribute in tag.attributes where !Self.technical.contains(attribute.name) {
      let place: HiddenText.Place = attribute.name == "alt" ? .alternative : .attribute
      if HiddenText.isSuspicious(attribute.value, place) {
        add(place, attribute.value, html.source(at: attribute.offset), attribute.name)
      }
    }
    guard !tag.isVoid, !tag.isSelfClosing || tag.isHidden else { return }
    if let last = open.indices.last, open[last].name == tag.name {
      open[last].depth += 1
    } else if open.count < Self.maxOpen {
      if tag.isHidden {
        open.append(Element(name: tag.name, place: .element, source: source))
      } else if tag.isCollapsed {
        open.append(Element(name: tag.name, place: .collapsed, source: source))
      }
    }
  }

  /// Attributes whose values are not prose.
  private static let technical: Set<String> = [
    "class", "style", "href", "src", "srcset", "d", "points", "id", "width", "height", "viewbox", "sizes",
    "media",
    "rel", "target", "xmlns",
  ]

  private mutating func close(_ name: String) {
    guard let index = open.lastIndex(where: { $0.name == name }) else { return }
    open[index].depth -= 1
    guard open[index].depth == 0 else { return }
    // Elements that were opened inside end with it.
    while open.count > index, let last = open.popLast() { add(last) }
  }

  private mutating func add(_ element: Element) {
    // An empty element hides nothing, and scripts and style sheets are not prose.
    let isCode = element.name == "script" || element.name == "style"
    let letters = element.text.count { ASCII.isLetterOrDigit($0) || $0 >= 0x80 }
    guard letters > 0,
      !isCode || element.text.count > 0 && element.name == "script"
        || InstructionShape.isInstruction(element.text)
    else { return }
    guard element.place != .collapsed || HiddenText.isSuspicious(element.text, .collapsed) else { return }
    add(element.place, element.text, element.source, element.name)
  }

  private mutating func add(_ place: HiddenText.Place, _ text: [UInt8], _ source: Int, _ name: String) {
    found.append(Found(place: place, text: text, source: source, name: name))
  }

  private mutating func takeAnchor(_ tag: HTMLTag, _ source: Int) {
    if let last = anchor { anchors.append((last.target, last.text, last.source)) }
    anchor = nil
    if !tag.isClosing, let target = tag.value(of: "href") { anchor = Anchor(target: target, source: source) }
  }

  /// Returns the links that ended since the last call.
  mutating func takeAnchors() -> [(target: [UInt8], text: [UInt8], source: Int)] {
    defer { anchors.removeAll(keepingCapacity: true) }
    return anchors
  }
}
