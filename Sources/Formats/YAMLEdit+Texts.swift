extension YAMLListEdit {
  /// Appends a text to the list, in double quotes.
  mutating func append(_ text: String) throws(TextProblem) {
    let value = YAMLText.Value.string(text)
    let quoted = try YAMLText.text(of: value, for: key)
    if listMember?.value.style == .flow, let last = items.last {
      let offset = lines.byteOffset(last.end)
      lines.replace(offset..<offset, ofLine: last.end.line, with: ", " + quoted)
    } else {
      let (after, indentation, isSetOff) = try makeRoom()
      var texts = isSetOff ? [""] : []
      texts.append(String(repeating: " ", count: indentation) + "- " + quoted)
      if listMember == nil { texts.insert("\(key):", at: 0) }
      lines.insert(texts, after: after)
    }
    items.append(YAMLText.node(of: value))
  }
}
