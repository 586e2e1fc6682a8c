@testable import Formats

extension FuzzEntry {
  static let formats: [FuzzEntry] = [
    FuzzEntry("json") { bytes in
      guard let value = try? StrictJSON.parse(bytes, maxBytes: 1 << 20) else { return nil }
      let (pretty, small, canonical) = (
        JSONWriter.pretty(value), JSONWriter.minified(value), CanonicalJSON.encode(value)
      )
      for text in [pretty, small] {
        guard let again = try? StrictJSON.parse(text) else { return "what is written does not parse" }
        if JSONWriter.minified(again) != small { return "what is written parses to another value" }
      }
      guard let again = try? StrictJSON.parse(canonical) else { return "the canonical form does not parse" }
      return violation(
        "the canonical form is not canonical",
        unless: CanonicalJSON.encode(again) == canonical
      )
    },
    FuzzEntry("yaml") { bytes in
      _ = try? SafeYAML.parse(bytes)
      return nil
    },
    FuzzEntry("yaml-edit") { bytes in
      // The first byte says which edit; the rest is the file.
      guard let choice = bytes.first else { return nil }
      var edit = YAMLEdit(Array(bytes.dropFirst()))
      let before = edit.bytes
      let index = Int(choice >> 4)
      do {
        switch choice & 3 {
        case 0: try edit.appendItem([("name", .string("x")), ("enabled", .boolean(true))], toList: "sources")
        case 1: try edit.removeItem(at: index, fromList: "sources")
        default: try edit.setField(("name", .string("y")), ofItem: index, inList: "sources")
        }
      } catch {
        return violation("a refused edit changed the text", unless: edit.bytes == before)
      }
      return violation("an edited text does not parse", unless: (try? SafeYAML.parse(edit.bytes)) != nil)
    },
    FuzzEntry(text: "base64") { text in
      guard let bytes = StrictBase64.decode(text) else { return nil }
      return violation(
        "base64 has two forms",
        unless: StrictBase64.encode(bytes).utf8.elementsEqual(text.utf8)
      )
    },
    FuzzEntry(text: "percent") { text in
      _ = PercentCoding.decode(text[...])
      return nil
    },
    FuzzEntry("semantic-version") { bytes in
      guard let left = try? SemanticVersion(parsing: bytes.text(0)) else { return nil }
      guard left == left, !(left < left), left.description.utf8.elementsEqual(bytes.text(0).utf8) else {
        return "a version is not itself"
      }
      guard let right = try? SemanticVersion(parsing: bytes.text(1)) else { return nil }
      let count = [left < right, right < left, left == right].count { $0 }
      return violation("two versions have no order", unless: count == 1)
    },
    FuzzEntry(text: "duration") { text in
      guard let duration = DurationText.parse(text) else { return nil }
      return violation(
        "a written duration is another one",
        unless: DurationText.parse(DurationText.text(of: duration)) == duration
      )
    },
    FuzzEntry(text: "timestamp") { text in
      guard let time = try? Timestamp(parsing: text) else { return nil }
      _ = time.nanosecondsSince1970
      guard let again = try? Timestamp(parsing: time.description) else {
        return "a written time does not parse"
      }
      return violation(
        "a written time is another one",
        unless: again.secondsSince1970 == time.secondsSince1970
      )
    },
    FuzzEntry("utf8") { bytes in
      violation(
        "two ways to check UTF-8 differ",
        unless: (UTF8Check.firstInvalidOffset(in: bytes) == nil)
          == (String(validating: bytes, as: UTF8.self) != nil)
      )
    },
    FuzzEntry("text-diff") { bytes in
      let pieces = bytes.pieces
      let (old, new) = (pieces.first ?? [], pieces.count > 1 ? pieces[1] : [])
      guard let diff = TextDiff.compare(old, new) else { return "too many lines" }
      return violation("equal texts differ, or others do not", unless: diff.hunks.isEmpty == (old == new))
    },
    FuzzEntry("merge") { bytes in
      // The text before, then the two sides.
      let pieces = bytes.pieces
      guard pieces.count > 2 else { return nil }
      let labels = ThreeWayMerge.Labels(ours: "ours", theirs: "theirs")
      func merge(_ base: [UInt8], _ ours: [UInt8], _ theirs: [UInt8]) -> ThreeWayMerge? {
        ThreeWayMerge.merge(base: base, ours: ours, theirs: theirs, labels: labels)
      }
      let (base, ours, theirs) = (pieces[0], pieces[1], pieces[2])
      guard let merged = merge(base, ours, theirs) else { return "too many lines" }
      // How many they are may depend on the order, as with git: a conflict is split by the lines that both sides have, and
      // which these are is found from one side.
      if merge(base, theirs, ours).map({ $0.conflictCount == 0 }) != (merged.conflictCount == 0) {
        return "the order of the sides decides whether there is a conflict"
      }
      for (side, result) in [(merge(base, base, theirs), theirs), (merge(base, ours, base), ours)]
      where side?.bytes != result || side?.conflictCount != 0 {
        return "a change of one side is not taken as it is"
      }
      return nil
    },
    FuzzEntry(text: "redaction") { text in
      let redacted = AddressRedaction.redact(text)
      return violation(
        "what was redacted has more to redact",
        unless: AddressRedaction.redact(redacted).utf8.elementsEqual(redacted.utf8)
      )
    },
  ]
}
