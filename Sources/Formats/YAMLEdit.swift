/// Changes a YAML file that people edit, line by line: comments, order, blank lines and line breaks stay.
///
/// Every edit is verified before it takes effect: the new text is parsed again and must equal the old document plus
/// the change. A layout that cannot be changed line by line is refused. After an error the text is unchanged.
package struct YAMLEdit {
  /// The text as edited so far.
  package private(set) var bytes: [UInt8]

  /// A key and its value, written as one line of an item.
  package typealias Field = (key: String, value: YAMLText.Value)

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Appends a map to a list under a top-level key; a missing or empty list is created.
  ///
  /// The item takes the list's indentation, and a blank line comes before it if the other items have one.
  ///
  /// - Throws: `TextProblem`: the text does not parse, `cannotEdit`, `needsEscape` or `wrongType`.
  package mutating func appendItem(_ fields: [Field], toList key: String) throws(TextProblem) {
    var edit = try YAMLListEdit(bytes, list: key)
    try edit.append(fields)
    bytes = try edit.checkedBytes()
  }

  /// Appends a text to a list under a top-level key; a missing or empty list is created, and one in brackets stays so.
  ///
  /// - Throws: As `appendItem`.
  package mutating func appendText(_ text: String, toList key: String) throws(TextProblem) {
    var edit = try YAMLListEdit(bytes, list: key, allowsFlow: true)
    try edit.append(text)
    bytes = try edit.checkedBytes()
  }

  /// Removes an item of a list under a top-level key; a list without items becomes `[]`.
  ///
  /// Comments inside the item and those directly above its `-`, in the same column and with no blank line between,
  /// are about the item and are removed with it; all others stay.
  ///
  /// - Throws: `TextProblem`: the text does not parse, `cannotEdit`, `noSuchEntry` or `wrongType`.
  package mutating func removeItem(at index: Int, fromList key: String) throws(TextProblem) {
    var edit = try YAMLListEdit(bytes, list: key)
    try edit.remove(at: index)
    bytes = try edit.checkedBytes()
  }

  /// Sets a key of an item of a list under a top-level key; a missing key is added at the item's end.
  ///
  /// - Throws: `TextProblem`: the text does not parse, `cannotEdit`, `noSuchEntry`, `needsEscape` or
  ///   `wrongType`.
  package mutating func setField(
    _ field: Field,
    ofItem index: Int,
    inList key: String
  ) throws(TextProblem) {
    var edit = try YAMLListEdit(bytes, list: key)
    try edit.set(field, ofItem: index)
    bytes = try edit.checkedBytes()
  }

  /// Removes a key of an item of a list under a top-level key, with the comments on its lines; one that is not there
  /// is no error.
  ///
  /// - Throws: `TextProblem`: the text does not parse, `cannotEdit`, `noSuchEntry` or `wrongType`.
  package mutating func removeField(_ field: String, ofItem index: Int, inList key: String)
    throws(TextProblem)
  {
    var edit = try YAMLListEdit(bytes, list: key)
    try edit.removeField(field, ofItem: index)
    bytes = try edit.checkedBytes()
  }

  /// Writes a map under a top-level key as a list: each member becomes an item that begins with its key as `field`.
  ///
  /// Where there is no map under the key, nothing changes.
  ///
  /// - Throws: `TextProblem`: the text does not parse, `cannotEdit` or `wrongType`.
  package mutating func makeList(ofMap key: String, naming field: String) throws(TextProblem) {
    if let edit = try YAMLMapEdit(bytes, map: key, naming: field) { bytes = try edit.listBytes() }
  }
}

/// One edit of one list: the lines being changed, and the document that they must parse to in the end.
struct YAMLListEdit {
  let key: String
  var lines: YAMLLines
  /// The top-level members that the result must have.
  var members: [YAMLMember]
  /// The list's member in the text before the edit, or nil where it has none.
  let listMember: YAMLMember?
  /// The items that the result must have.
  var items: [YAMLNode]

  /// `allowsFlow`: Whether the list may be one in brackets that has items.
  init(_ bytes: [UInt8], list key: String, allowsFlow: Bool = false) throws(TextProblem) {
    let root = try SafeYAML.parse(bytes)
    lines = try YAMLLines(bytes)
    self.key = key
    if root.isNull {
      members = []
    } else {
      members = try root.members(for: "")
      guard root.style == .block else {
        throw TextProblem(.cannotEdit(key: "", obstacle: .rootNotBlockMap), at: root.position)
      }
    }
    listMember = members.first { $0.key == key }
    if let list = listMember?.value, !list.isNull {
      items = try list.items(for: key)
      guard list.style == .block || items.isEmpty || allowsFlow else {
        throw TextProblem(.cannotEdit(key: key, obstacle: .listNotBlock), at: list.position)
      }
    } else {
      items = []
    }
  }

  /// The edited text, after parsing it and comparing it with the expected document.
  func checkedBytes() throws(TextProblem) -> [UInt8] {
    let bytes = lines.bytes
    let list = YAMLMember(key, YAMLNode(.sequence(items), style: .block))
    var expected = members
    if let index = members.firstIndex(where: { $0.key == key }) {
      expected[index] = list
    } else {
      expected.append(list)
    }
    guard let result = try? SafeYAML.parse(bytes),  // Whatever is wrong with it, the edit was.
      result == YAMLNode(.mapping(expected), style: .block)
    else { throw TextProblem(.editNotFaithful, at: nil) }
    return bytes
  }

  /// The last line of a node's own text.
  ///
  /// libyaml puts the value that a key after `?` lacks where the next token is: at the end of the file behind its last line.
  func lastLine(of node: YAMLNode) -> Int { min(node.lastLine(isBlank: lines.isBlank), lines.count) }

  /// The line after `line` and after the comments that follow it directly, indented by `indentation` or more.
  func endOfComments(after line: Int, indentedBy indentation: Int) -> Int {
    var end = line + 1
    while lines.isComment(end), lines.indentation(end) >= indentation { end += 1 }
    return end
  }

  /// The first of the comment lines directly above a line, in its column.
  func startOfComments(above line: Int) -> Int {
    var start = line
    while start > 1, lines.isComment(start - 1), lines.indentation(start - 1) == lines.indentation(line) {
      start -= 1
    }
    return start
  }

  /// The line with the `-` of an item.
  func dashLine(of index: Int, in list: YAMLNode) throws(TextProblem) -> Int {
    // An item may begin on a line below its dash, with comments between.
    var line = items[index].position.line
    while line > list.position.line, lines.isBlank(line) || lines.isComment(line) || !isDash(line, of: list) {
      line -= 1
    }
    let isTaken = index > 0 && lastLine(of: items[index - 1]) >= line
    guard isDash(line, of: list), !isTaken else {
      throw TextProblem(.cannotEdit(key: key, obstacle: .itemNotOnOwnLines), at: items[index].position)
    }
    return line
  }

  private func isDash(_ line: Int, of list: YAMLNode) -> Bool {
    let indentation = lines.indentation(line)
    let bytes = lines.lines[line - 1]
    return indentation == list.position.column - 1 && bytes.count > indentation
      && bytes[indentation] == UInt8(ascii: "-")
  }
}
