extension YAMLListEdit {
  /// Appends an item to the list.
  mutating func append(_ fields: [YAMLEdit.Field]) throws(TextProblem) {
    let (after, indentation, isSetOff) = try makeRoom()
    var texts: [String] = isSetOff ? [""] : []
    var mark = "- "
    for field in fields {
      texts.append(
        String(repeating: " ", count: indentation) + mark + (try YAMLText.line(field.key, field.value))
      )
      mark = "  "
    }
    if listMember == nil { texts.insert("\(key):", at: 0) }
    lines.insert(texts, after: after)
    let members = fields.map { YAMLMember($0.key, YAMLText.node(of: $0.value)) }
    items.append(YAMLNode(.mapping(members), style: .block))
  }

  /// Where a new item goes: after which line, with which indentation, and whether a blank line comes before it.
  mutating func makeRoom() throws(TextProblem) -> (after: Int, indentation: Int, isSetOff: Bool) {
    guard let listMember else {
      let column = members.first.map { $0.position.column - 1 } ?? 0
      guard column == 0 else {
        throw TextProblem(.cannotEdit(key: key, obstacle: .rootNotBlockMap), at: members.first?.position)
      }
      return (lines.count, 2, false)
    }
    let list = listMember.value
    let keyIndentation = listMember.position.column - 1
    guard let last = items.last else {
      let colon = try lines.colonOffset(of: listMember)
      guard list.end.line == listMember.position.line else {
        throw TextProblem(.cannotEdit(key: key, obstacle: .valueOverSeveralLines), at: list.position)
      }
      lines.replace(colon + 1..<max(colon + 1, lines.byteOffset(list.end)), ofLine: list.end.line, with: "")
      let end = endOfComments(after: list.end.line, indentedBy: keyIndentation + 1)
      return (end - 1, keyIndentation + 2, false)
    }
    let indentation = list.position.column - 1
    let least = max(indentation, keyIndentation + 1)
    let end = endOfComments(after: lastLine(of: last), indentedBy: least)
    let start = startOfComments(above: try dashLine(of: items.count - 1, in: list))
    return (end - 1, indentation, items.count > 1 && lines.isBlank(start - 1))
  }

  /// Removes an item from the list.
  mutating func remove(at index: Int) throws(TextProblem) {
    guard items.indices.contains(index), let listMember else {
      throw TextProblem(.noSuchEntry("\(key)[\(index)]"), at: nil)
    }
    let list = listMember.value
    let dash = try dashLine(of: index, in: list)
    var start = startOfComments(above: dash)
    var end = endOfComments(after: lastLine(of: items[index]), indentedBy: list.position.column)
    // After the removal two blank lines may meet, or one may end the file; one of them is removed too.
    if start > 1, lines.isBlank(start - 1), lines.isBlank(end) {
      if end <= lines.count { end += 1 } else { start -= 1 }
    }
    if items.count == 1 {
      let colon = try lines.colonOffset(of: listMember)
      lines.replace(colon + 1..<colon + 1, ofLine: listMember.position.line, with: " []")
    }
    lines.remove(start..<end)
    items.remove(at: index)
  }

  /// Sets a key of an item, replacing its value or adding it at the item's end.
  mutating func set(_ field: YAMLEdit.Field, ofItem index: Int) throws(TextProblem) {
    guard items.indices.contains(index) else {
      throw TextProblem(.noSuchEntry("\(key)[\(index)]"), at: nil)
    }
    let item = items[index]
    var fields = try item.members(for: key)
    guard item.style == .block, let first = fields.first else {
      throw TextProblem(.cannotEdit(key: key, obstacle: .itemNotBlockMap), at: item.position)
    }
    let newMember = YAMLMember(field.key, YAMLText.node(of: field.value))
    if let place = fields.firstIndex(where: { $0.key == field.key }) {
      if case .sequence = fields[place].value.content, fields[place].value.style == .block {
        try replaceLines(of: fields[place], with: field, below: first)
      } else {
        try replaceValue(of: fields[place], with: field.value)
      }
      fields[place] = newMember
    } else {
      let text = String(repeating: " ", count: first.position.column - 1)
      lines.insert([text + (try YAMLText.line(field.key, field.value))], after: lastLine(of: item))
      fields.append(newMember)
    }
    items[index] = YAMLNode(.mapping(fields), style: .block)
  }

  /// Removes a key of an item.
  mutating func removeField(_ name: String, ofItem index: Int) throws(TextProblem) {
    guard items.indices.contains(index) else {
      throw TextProblem(.noSuchEntry("\(key)[\(index)]"), at: nil)
    }
    let item = items[index]
    var fields = try item.members(for: key)
    guard let place = fields.firstIndex(where: { $0.key == name }) else { return }
    guard item.style == .block, place > 0 else {
      // The first key stands on the line of the dash.
      throw TextProblem(.cannotEdit(key: name, obstacle: .itemNotBlockMap), at: item.position)
    }
    lines.remove(fields[place].position.line..<lastLine(of: fields[place].value) + 1)
    fields.remove(at: place)
    items[index] = YAMLNode(.mapping(fields), style: .block)
  }

  /// Replaces a list over several lines by one line.
  private mutating func replaceLines(
    of member: YAMLMember,
    with field: YAMLEdit.Field,
    below first: YAMLMember
  ) throws(TextProblem) {
    guard member.position.line > first.position.line else {
      throw TextProblem(.cannotEdit(key: field.key, obstacle: .itemNotOnOwnLines), at: member.position)
    }
    let indentation = String(repeating: " ", count: member.position.column - 1)
    let text = indentation + (try YAMLText.line(field.key, field.value))
    lines.remove(member.position.line..<lastLine(of: member.value) + 1)
    lines.insert([text], after: member.position.line - 1)
  }

  private mutating func replaceValue(of member: YAMLMember, with value: YAMLText.Value) throws(TextProblem) {
    let colon = try lines.colonOffset(of: member)
    let old = member.value
    let isBlock = old.style == .block || old.style == .blockScalar
    guard !isBlock, old.position.line == member.end.line, old.end.line == member.end.line else {
      let obstacle = TextProblem.EditObstacle.valueOverSeveralLines
      throw TextProblem(.cannotEdit(key: member.key, obstacle: obstacle), at: member.position)
    }
    let text = try YAMLText.text(of: value, for: member.key)
    let end = max(colon + 1, lines.byteOffset(old.end))
    lines.replace(colon + 1..<end, ofLine: member.end.line, with: " " + text)
  }
}
