extension YAMLMember {
  /// The member's value as an item of a list: the map, with the key as its field `field` in front.
  ///
  /// A map that has that field already stays as it is; no value at all is an item with that field alone.
  ///
  /// - Throws: `wrongType` where the value is no map.
  package func item(naming field: String) throws(TextProblem) -> YAMLNode {
    let fields = value.isNull ? [] : try value.members(for: key)
    if fields.contains(where: { $0.key == field }) { return value }
    let name = YAMLMember(field, YAMLText.node(of: .string(key)), position: position, end: end)
    return YAMLNode(.mapping([name] + fields), style: .block, position: position, end: value.end)
  }
}

/// Rewrites a map under a top-level key as a list, line by line: only the line of each key changes.
struct YAMLMapEdit {
  private let key: String
  private let field: String
  private let lines: YAMLLines
  private let document: [YAMLMember]
  private let members: [YAMLMember]

  /// Nil where there is no map under the key.
  init?(_ bytes: [UInt8], map key: String, naming field: String) throws(TextProblem) {
    let root = try SafeYAML.parse(bytes)
    if root.isNull { return nil }
    document = try root.members(for: "")
    guard let map = document.first(where: { $0.key == key })?.value, case .mapping(let members) = map.content
    else {
      return nil
    }
    guard root.style == .block, map.style == .block else {
      throw TextProblem(.cannotEdit(key: key, obstacle: .listNotBlock), at: map.position)
    }
    self.members = members
    lines = try YAMLLines(bytes)
    (self.key, self.field) = (key, field)
  }

  /// The edited text, after parsing it and comparing it with the expected document.
  func listBytes() throws(TextProblem) -> [UInt8] {
    var edited = lines
    // From the end, so that a line that is added does not move those still to come.
    for member in members.reversed() { try rewriteKey(of: member, in: &edited) }
    var items: [YAMLNode] = []
    for member in members { items.append(try member.item(naming: field)) }
    let list = YAMLNode(.sequence(items), style: .block)
    let expected = document.map { $0.key == key ? YAMLMember(key, list) : $0 }
    let bytes = edited.bytes
    guard let result = try? SafeYAML.parse(bytes),  // Whatever is wrong with it, the edit was.
      result == YAMLNode(.mapping(expected), style: .block)
    else { throw TextProblem(.editNotFaithful, at: nil) }
    return bytes
  }

  /// `acme:` becomes `- name: acme`, in the column in which the fields of the member stand.
  private func rewriteKey(of member: YAMLMember, in edited: inout YAMLLines) throws(TextProblem) {
    let line = member.position.line
    let colon = try lines.colonOffset(of: member)
    let fields = member.value.isNull ? [] : try member.value.members(for: member.key)
    let isOnKeyLine = fields.first?.position.line == line
    guard fields.isEmpty || (member.value.style == .block && !isOnKeyLine) else {
      throw TextProblem(.cannotEdit(key: member.key, obstacle: .itemNotBlockMap), at: member.position)
    }
    let keyColumn = member.position.column
    let fieldColumn = fields.first?.position.column ?? keyColumn + 2
    let name = fields.contains { $0.key == field } ? "" : try YAMLText.line(field, .string(member.key))
    let start = lines.byteOffset(member.position)
    let end = member.value.isNull ? max(colon + 1, lines.byteOffset(member.value.end)) : colon + 1
    // A field that stands one column after the key leaves no room beside the dash.
    let isBesideDash = fieldColumn >= keyColumn + 2
    let padding = String(repeating: " ", count: max(fieldColumn - keyColumn - 1, 0))
    edited.replace(
      start..<end,
      ofLine: line,
      with: "-" + (isBesideDash && !name.isEmpty ? padding + name : "")
    )
    guard !isBesideDash, !name.isEmpty else { return }
    edited.insert([String(repeating: " ", count: fieldColumn - 1) + name], after: line)
  }
}
