/// A Markdown page during parsing: passes each part to its rules, and records for every byte of the file whether it is
/// shown.
final class MarkdownPage: MarkdownEvents {
  /// Whether a byte of the file is shown.
  enum Fate: UInt8 {
    /// Not shown.
    case none
    case shown
    case html
    /// A target, a title or an alternative text, which was judged when it was read.
    case judged
  }

  let document: AuditDocument
  /// Where the page begins, after the front matter.
  let start: Int
  private let watch: AuditWatch
  var sink: FindingSink
  private(set) var fates: [Fate]
  /// The targets of all links, which show which definitions are used.
  private(set) var targets: Set<[UInt8]> = []
  private(set) var footnotes = FootnoteRules()

  private var leaf = SourceText()
  private var code: SourceText?
  private var info: [UInt8] = []
  private var span: SourceText?
  private var isInCell = false
  private var html = SourceText()
  private var hidden = HiddenHTML()
  private var links: [OpenLink] = []
  private var image: (depth: Int, text: [UInt8], source: Int)?
  /// The last byte of the file that was read: the position of text that has none of its own.
  private var last: Int
  /// The number of bytes that the parser may still produce, because a short text must not become a huge page.
  private var budget: Int

  private struct OpenLink {
    let target: [UInt8]
    let title: MarkdownAttribute
    var text: [UInt8] = []
    var source: Int?
  }

  init(_ document: AuditDocument, from start: Int, _ watch: AuditWatch, _ sink: consuming FindingSink) {
    self.document = document
    self.start = start
    self.watch = watch
    self.sink = sink
    last = start
    fates = Array(repeating: .none, count: document.bytes.count)
    budget = (1 << 20) + 32 * document.bytes.count
  }

  private func spend(_ bytes: Int) -> Bool {
    budget -= bytes + 4
    return budget > 0 && !watch.pass(bytes + 1)
  }

  // MARK: Parts

  func enter(_ part: MarkdownPart) -> Bool {
    flushHTML()
    switch part {
    case .leaf, .item, .cell:
      endLeaf()
      if case .cell = part { isInCell = true }
    case .code(let info):
      code = SourceText()
      self.info = info.bytes
      return spend(info.bytes.count)
    case .codeSpan: span = SourceText()
    case .link(let target, let title):
      links.append(OpenLink(target: target.bytes, title: title))
      note(target)
      if targets.count < 100_000 { targets.insert(target.bytes) }
      note(title)
      return spend(target.bytes.count + title.bytes.count)
    case .image(let source, let title):
      image = image.map { ($0.depth + 1, $0.text, $0.source) } ?? (1, [], last)
      note(source)
      if targets.count < 100_000 { targets.insert(source.bytes) }
      note(title)
      judge(title, .title)
      RequestRules.scan(target: source.bytes, at: last, document, into: &sink)
      return spend(source.bytes.count + title.bytes.count)
    case .html, .other: break
    }
    return spend(0)
  }

  func leave(_ part: MarkdownPart) -> Bool {
    flushHTML()
    switch part {
    case .leaf, .item, .cell:
      endLeaf()
      isInCell = false
    case .code:
      if let code {
        CodeRules.scan(code, language: CodeLanguage(info: info), document, watch, into: &sink)
      }
      code = nil
    case .codeSpan:
      if let span { CodeRules.scan(span: isInCell ? withBars(span) : span, document, watch, into: &sink) }
      span = nil
    case .link(_, let title): leaveLink(title)
    case .image: leaveImage()
    case .html: endLeaf()
    case .other: break
    }
    return spend(0)
  }

  /// In a table cell `\\|` is a bar, also within code.
  private func withBars(_ span: SourceText) -> SourceText {
    guard span.bytes.contains(UInt8(ascii: "\\")) else { return span }
    var result = SourceText()
    for (offset, byte) in span.bytes.enumerated() {
      let isEscape =
        byte == UInt8(ascii: "\\") && offset + 1 < span.count && span.bytes[offset + 1] == UInt8(ascii: "|")
      if !isEscape { result.append(byte, from: span.source(at: offset)) }
    }
    return result
  }

  private func note(_ attribute: MarkdownAttribute) {
    guard let range = attribute.range else { return }
    set(.judged, range)
  }

  private func judge(_ attribute: MarkdownAttribute, _ place: HiddenText.Place) {
    guard !attribute.isEmpty else { return }
    if HiddenText.isSuspicious(attribute.bytes, place) {
      add(place, at: (attribute.range?.lowerBound ?? last - start) + start)
    }
  }

  private func leaveLink(_ title: MarkdownAttribute) {
    guard let link = links.popLast() else { return }
    judge(title, .title)
    guard let source = link.source else { return }
    LinkRules.judge(link.text, link.target, document, at: bracket(before: source), into: &sink)
  }

  private func leaveImage() {
    guard let current = image else { return }
    image = current.depth > 1 ? (current.depth - 1, current.text, current.source) : nil
    guard image == nil, HiddenText.isSuspicious(current.text, .alternative) else { return }
    add(.alternative, at: current.source)
  }

  /// The bracket that begins a link, if only marks come between it and the text.
  private func bracket(before source: Int) -> Int {
    var offset = source
    while offset > start, source - offset < 8 {
      offset -= 1
      if document.bytes[offset] == UInt8(ascii: "[") || document.bytes[offset] == UInt8(ascii: "<") {
        return offset
      }
    }
    return source
  }

  // MARK: Text

  func text(_ kind: MarkdownText, _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>?) -> Bool {
    if let range {
      last = range.upperBound + start
      set(kind == .html ? .html : image == nil ? .shown : .judged, range)
    }
    let source = range.map { $0.lowerBound + start } ?? last
    if kind == .html {
      html.append(contentsOf: bytes, from: source)
      return spend(bytes.count)
    }
    flushHTML()
    switch kind {
    case .entity: takeEntity(bytes, source)
    case .code where code != nil: code?.append(contentsOf: bytes, from: source)
    case .code:
      span?.append(contentsOf: bytes, from: source)
      leaf.append(0x20, from: source)
      takeShown(bytes, source)
    case .lineBreak:
      leaf.append(0x0A, from: source)
      takeShown([0x20], source)
    default:
      leaf.append(contentsOf: bytes, from: source)
      takeShown(bytes, source)
    }
    return spend(bytes.count)
  }

  /// Adds text that is shown unless an image or an element around it hides it.
  private func takeShown(_ bytes: some Collection<UInt8>, _ source: Int) {
    if image != nil {
      image?.text.append(contentsOf: bytes)
      return
    }
    hidden.take(text: bytes)
    guard let index = links.indices.last, links[index].text.count < LinkRules.maxTextBytes else { return }
    if links[index].source == nil { links[index].source = source }
    links[index].text.append(contentsOf: bytes)
  }

  private func takeEntity(_ bytes: UnsafeRawBufferPointer, _ source: Int) {
    guard let scalar = EntityText.scalar(bytes) else {
      leaf.append(contentsOf: bytes, from: source)
      return takeShown(bytes, source)
    }
    if InvisibleCharacters.kind(of: scalar) != nil, ![0x09, 0x0A, 0x0C, 0x0D].contains(scalar.value) {
      sink.add(.hiddenText, document, at: source, "an entity of \(VisibleText.longName(scalar))")
    }
    let decoded = Array(String(scalar).utf8)
    leaf.append(contentsOf: decoded, from: source)
    takeShown(decoded, source)
  }

  private func set(_ fate: Fate, _ range: Range<Int>) {
    // One call for the whole range: the run-time checks each access to a property of a class.
    Self.fill(&fates, (range.lowerBound + start)..<(range.upperBound + start), with: fate)
  }

  private static func fill(_ fates: inout [Fate], _ range: Range<Int>, with fate: Fate) {
    var span = fates.mutableSpan
    for offset in range.clamped(to: span.indices) { span[offset] = fate }
  }

  // MARK: Ends

  private func endLeaf() {
    guard !leaf.isEmpty else { return }
    let text = leaf
    leaf = SourceText()
    footnotes.take(text)
    ProseRules.scan(text, document, watch, into: &sink)
    RequestRules.scan(text, document, into: &sink)
  }

  private func flushHTML() {
    guard !html.isEmpty else { return }
    let piece = html
    html = SourceText()
    let shown = hidden.take(html: piece)
    leaf.append(shown, 0..<shown.count)
    report()
  }

  private func report() {
    for found in hidden.takeFound() { add(found.place, at: found.source, found.name) }
    for anchor in hidden.takeAnchors() {
      LinkRules.judge(anchor.text, anchor.target, document, at: anchor.source, into: &sink)
    }
  }

  private func add(_ place: HiddenText.Place, at source: Int, _ name: String = "") {
    let detail = name.isEmpty ? place.name : "\(place.name): '\(VisibleText.of(String(name.prefix(64))))'"
    sink.add(.hiddenText, document, at: source, detail)
  }

  /// Ends the page and judges what can only be judged then.
  func finish() {
    flushHTML()
    endLeaf()
    hidden.finish()
    report()
    for source in footnotes.unused() { add(.footnote, at: source) }
    var gaps = GapRules(self)
    gaps.scan { [self] place, source in add(place, at: source) }
  }
}
