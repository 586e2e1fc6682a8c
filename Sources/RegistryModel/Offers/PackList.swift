package import Formats
package import ObjectStore

/// The packs that a publisher offers: `packs.json` (docs/FORMATS.md, section 11).
///
/// It is a hint: whoever follows it proves every object, and takes only those that a judged manifest names.
package struct PackList: Equatable, Sendable {
  /// How the files of one release are had from those of another.
  package struct Step: Equatable, Sendable {
    /// The manifest whose files one has afterwards.
    package let to: ObjectID
    /// The manifest whose files one needs before; nil for none.
    package let from: ObjectID?
    /// What brings the difference; nil where there is none.
    package let pack: Pack?

    package init(to: ObjectID, from: ObjectID?, pack: Pack?) {
      (self.to, self.from, self.pack) = (to, from, pack)
    }
  }

  /// A pack, as its publisher describes it.
  package struct Pack: Equatable, Sendable {
    /// The SHA-256 of its bytes before the last 32.
    package let id: ObjectID
    /// The size of the file, in bytes.
    package let bytes: Int64
    /// How many objects it has.
    package let objects: Int64
    /// The size of these objects together, in bytes.
    package let payloadBytes: Int64

    package init(id: ObjectID, bytes: Int64, objects: Int64, payloadBytes: Int64) {
      (self.id, self.bytes, self.objects, self.payloadBytes) = (id, bytes, objects, payloadBytes)
    }
  }

  /// The size of a list, in bytes.
  package static let maxBytes = 1 << 20
  /// The number of steps of a list; so many fit into the size.
  package static let maxSteps = 1_500
  /// The largest number in a list: so many bytes that no file has them, and so few that sums do not overflow.
  static let maxNumber: Int64 = 1 << 50

  private static let versions = ["1"]

  package var steps: [Step]

  package init(_ steps: [Step] = []) {
    self.steps = steps
  }

  /// The packs, each once.
  package var packs: [Pack] {
    var known: Set<ObjectID> = []
    return steps.compactMap(\.pack).filter { known.insert($0.id).inserted }
  }

  /// Reads a list.
  ///
  /// - Throws: `TextProblem` for anything that `encode` would not have written, but for the layout.
  package static func parse(_ bytes: [UInt8]) throws(TextProblem) -> PackList {
    let root = try JSONFields(
      StrictJSON.parse(bytes, maxBytes: maxBytes),
      known: ["packs_version", "packs"]
    )
    let version = try root.readString("packs_version")
    guard versions.contains(version) else {
      throw invalid("packs_version", version, .oneOf(versions), at: try root.read("packs_version").position)
    }
    let list = try root.read("packs")
    let items = try list.array(for: "packs")
    guard items.count <= maxSteps else {
      throw invalid("packs", "\(items.count)", .between(0, Int64(maxSteps)), at: list.position)
    }
    var steps: [Step] = []
    steps.reserveCapacity(items.count)
    for item in items { steps.append(try step(item)) }
    return PackList(steps)
  }

  private static func step(_ item: JSONValue) throws(TextProblem) -> Step {
    let fields = try JSONFields(
      item,
      for: "packs",
      known: ["to", "from", "pack", "bytes", "objects", "payload_bytes"]
    )
    let to = try id(fields, "to")
    let from = try fields.read("from").isNull ? nil : id(fields, "from")
    guard to != from else { throw invalid("from", "\(to)", .distinct, at: item.position) }
    let hasPack = try !fields.read("pack").isNull
    // The shortest pack has one object.
    let bytes = try number(fields, "bytes", from: hasPack ? 1 : 0, isZero: !hasPack)
    let objects = try number(fields, "objects", from: hasPack ? 1 : 0, isZero: !hasPack)
    let payloadBytes = try number(fields, "payload_bytes", from: 0, isZero: !hasPack)
    guard hasPack else { return Step(to: to, from: from, pack: nil) }
    let pack = Pack(
      id: try id(fields, "pack"),
      bytes: bytes,
      objects: objects,
      payloadBytes: payloadBytes
    )
    return Step(to: to, from: from, pack: pack)
  }

  private static func id(_ fields: JSONFields, _ key: String) throws(TextProblem) -> ObjectID {
    let text = try fields.readString(key)
    guard let id = ObjectID(hex: text) else {
      throw invalid(key, text, .shape(.sha256), at: try fields.read(key).position)
    }
    return id
  }

  /// A whole number within its bounds.
  private static func number(
    _ fields: JSONFields,
    _ key: String,
    from smallest: Int64,
    isZero: Bool
  ) throws(TextProblem) -> Int64 {
    let largest: Int64 = isZero ? 0 : maxNumber
    let value = try fields.read(key)
    let number = try value.number(for: key)
    guard let whole = Int64(exactly: number), (smallest...largest).contains(whole) else {
      throw invalid(key, "\(number)", .between(smallest, largest), at: value.position)
    }
    return whole
  }

  private static func invalid(
    _ key: String,
    _ value: String,
    _ rule: TextProblem.ValueRule,
    at position: TextPosition?
  ) -> TextProblem {
    TextProblem(.invalidValue(key: key, value: value, rule: rule), at: position)
  }

  /// The bytes of the file.
  package func encode() -> [UInt8] {
    let items = steps.map { step in
      JSONValue.object([
        ("to", .string("\(step.to)")), ("from", .string(orNull: step.from?.description)),
        ("pack", .string(orNull: step.pack?.id.description)), ("bytes", .number(step.pack?.bytes ?? 0)),
        ("objects", .number(step.pack?.objects ?? 0)),
        ("payload_bytes", .number(step.pack?.payloadBytes ?? 0)),
      ])
    }
    return JSONWriter.pretty(.object([("packs_version", .string("1")), ("packs", .array(items))]))
  }
}
