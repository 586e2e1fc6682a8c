import TestSupport
import Testing

@testable import ObjectStore

struct TreeTests {
  static let hello = ObjectID(hashing: Array("hello".utf8))
  static let anyID = ObjectID(hashing: [])

  static func entry(_ name: String, _ kind: Tree.Kind = .blob, size: Int64 = 5) -> Tree.Entry {
    Tree.Entry(kind: kind, size: size, id: hello, name: name)
  }

  /// Ids made with sha256sum.
  @Test func payloadHasExactlyTheDocumentedBytes() throws {
    let sub = try Tree([Self.entry("hello.txt")])
    let text = """
      tree 1
      blob 5 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 hello.txt

      """
    #expect(sub.encoded() == Array(text.utf8))
    let subID = ObjectID(hashing: sub.encoded())
    #expect(subID.description == "5866263a1f1ec6bc94127f8800811daf67f6906772519af5902d88ad1d2ded38")
    let root = try Tree([
      Tree.Entry(kind: .tree, size: sub.totalSize, id: subID, name: "sub"),
      Tree.Entry(kind: .blob, size: 0, id: Self.anyID, name: "a b.md"),
    ])
    let rootID = ObjectID(hashing: root.encoded())
    #expect(rootID.description == "8ad894056a790c0137043b621c0b32bbf34fc7c13bce101acb74069e80316554")
    #expect(root.totalSize == 5)
  }

  @Test func emptyTreeIsItsHeader() throws {
    let id = ObjectID(hashing: try Tree([]).encoded())
    #expect(id.description == "d2f2a960df4c3a5b3fa08474cfe532896072e517c4b89ade2c1f145c507e487b")
    #expect(try Tree.decode(Array("tree 1\n".utf8), id: id).entries.isEmpty)
  }

  @Test func namesAreSortedByBytes() throws {
    let tree = try Tree(
      ["b", "é", "a/".dropLast().description, "a-", "a.b", "a0", "Z"].map { Self.entry($0) }
    )
    #expect(tree.entries.map(\.name) == ["Z", "a", "a-", "a.b", "a0", "b", "é"])
  }

  @Test func everyTreeComesBack() throws {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<200 {
      let tree = try Self.randomTree(&generator)
      let payload = tree.encoded()
      let decoded = try Tree.decode(payload, id: ObjectID(hashing: payload))
      #expect(decoded == tree)
      #expect(decoded.encoded() == payload)
      #expect(decoded.totalSize == tree.entries.reduce(0) { $0 + $1.size })
    }
  }

  /// What is not exactly what `encoded` writes does not decode; what decodes is exactly that.
  @Test func mutatedPayloadNeverStandsForAnotherPayload() throws {
    var generator = SeededGenerator(seed: 6)
    var refusals = 0
    for round in 0..<4000 {
      let payload = try Self.randomTree(&generator).encoded()
      let mutated = generator.mutate(payload)
      do {
        #expect(try Tree.decode(mutated, id: Self.anyID).encoded() == mutated, "round \(round)")
      } catch {
        refusals += 1
      }
    }
    // Changed digits of an id or size are another tree; most other changes are none.
    #expect(refusals > 1000)
  }

  static func randomTree(_ generator: inout SeededGenerator) throws -> Tree {
    let alphabet = Array("ab .-_é漢0")
    var names: Set<String> = []
    for _ in 0..<Int.random(in: 0...6, using: &generator) {
      let letters = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        alphabet.randomElement(using: &generator) ?? "x"
      }
      names.insert(String(letters))
    }
    return try Tree(
      names.filter(Tree.isLegalName).map { name in
        let size = Int64.random(in: 0...(1 << Int64.random(in: 0...50, using: &generator)), using: &generator)
        let id = ObjectID(bytes: generator.bytes(32)[...]) ?? anyID
        return Tree.Entry(
          kind: Bool.random(using: &generator) ? .blob : .tree,
          size: size,
          id: id,
          name: name
        )
      }
    )
  }

  static let line = "blob 5 \(hello) a"
  static let deviations: [(payload: String, malformation: ObjectStoreError.Malformation)] = [
    ("", .missingHeader), ("tree 1", .missingHeader), ("tree 2\n", .missingHeader),
    ("Tree 1\n", .missingHeader), ("tree  1\n", .missingHeader), ("tree 1\r\n", .missingHeader),
    (" tree 1\n", .missingHeader), ("\u{FEFF}tree 1\n", .missingHeader),
    ("tree 1\n\(line)", .missingFinalNewline),
    ("tree 1\n\n", .badLine(2)), ("tree 1\n\(line)\n\n", .badLine(3)), ("tree 1\n\n\(line)\n", .badLine(2)),
    ("tree 1\nlink 5 \(hello) a\n", .badLine(2)), ("tree 1\nBlob 5 \(hello) a\n", .badLine(2)),
    ("tree 1\n 5 \(hello) a\n", .badLine(2)), ("tree 1\nblob 5 \(hello)\n", .badLine(2)),
    ("tree 1\nblob  5 \(hello) a\n", .badLine(2)), ("tree 1\nblob 5  \(hello) a\n", .badLine(2)),
    ("tree 1\n blob 5 \(hello) a\n", .badLine(2)), ("tree 1\nblob\t5 \(hello) a\n", .badLine(2)),
    ("tree 1\nblob 05 \(hello) a\n", .badLine(2)), ("tree 1\nblob 00 \(hello) a\n", .badLine(2)),
    ("tree 1\nblob +5 \(hello) a\n", .badLine(2)), ("tree 1\nblob -5 \(hello) a\n", .badLine(2)),
    ("tree 1\nblob -0 \(hello) a\n", .badLine(2)), ("tree 1\nblob  \(hello) a\n", .badLine(2)),
    ("tree 1\nblob 0x5 \(hello) a\n", .badLine(2)), ("tree 1\nblob 5. \(hello) a\n", .badLine(2)),
    ("tree 1\nblob ٥ \(hello) a\n", .badLine(2)),
    ("tree 1\nblob 1000000000000000000 \(hello) a\n", .badLine(2)),
    ("tree 1\nblob 9223372036854775808 \(hello) a\n", .badLine(2)),
    ("tree 1\nblob 5 \(hello.description.uppercased()) a\n", .badLine(2)),
    ("tree 1\nblob 5 \(hello.description.dropLast()) a\n", .badLine(2)),
    ("tree 1\nblob 5 \(hello)0 a\n", .badLine(2)),
    ("tree 1\nblob 5 \(hello) \n", .badName(line: 2)), ("tree 1\nblob 5 \(hello) .\n", .badName(line: 2)),
    ("tree 1\nblob 5 \(hello) ..\n", .badName(line: 2)), ("tree 1\nblob 5 \(hello) a/b\n", .badName(line: 2)),
    ("tree 1\nblob 5 \(hello) a\u{0}\n", .badName(line: 2)), ("tree 1\n\(line)\r\n", .badName(line: 2)),
    ("tree 1\n\(line)\u{1B}\n", .badName(line: 2)), ("tree 1\n\(line)\u{7F}\n", .badName(line: 2)),
    ("tree 1\n\(line)\u{85}\n", .badName(line: 2)),
    ("tree 1\n\(line)\(String(repeating: "b", count: 255))\n", .badName(line: 2)),
    ("tree 1\n\(line)\n\(line)\n", .unsortedName(line: 3)),
    ("tree 1\nblob 5 \(hello) b\n\(line)\n", .unsortedName(line: 3)),
    ("tree 1\n\(line)\nblob 5 \(hello) Z\n", .unsortedName(line: 3)),
    (
      "tree 1\nblob 999999999999999999 \(hello) a\nblob 1 \(hello) b\n", .badLine(3)
    ),
  ]

  @Test(arguments: deviations.indices)
  func everyDeviationIsRefused(index: Int) {
    let (payload, malformation) = Self.deviations[index]
    #expect(throws: ObjectStoreError.malformed(Self.anyID, malformation)) {
      try Tree.decode(Array(payload.utf8), id: Self.anyID)
    }
  }

  @Test func namesThatAreNotUTF8AreRefused() {
    for name: [UInt8] in [[0xFF], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] {
      let payload = Array("tree 1\nblob 5 \(Self.hello) ".utf8) + name + [0x0A]
      #expect(throws: ObjectStoreError.malformed(Self.anyID, .badName(line: 2))) {
        try Tree.decode(payload, id: Self.anyID)
      }
    }
  }

  @Test(arguments: ["", ".", "..", "a/b", "/", "a\n", "\u{0}", "\u{9F}", String(repeating: "é", count: 128)])
  func illegalNameIsNotEncoded(name: String) {
    #expect(throws: ObjectStoreError.unencodable(field: name)) { try Tree([Self.entry(name)]) }
  }

  @Test(arguments: [
    "...", "..a", ".a", " ", "\u{A0}", "é", "e\u{301}", String(repeating: "é", count: 127) + "x",
  ])
  func everyOtherNameComesBack(name: String) throws {
    let payload = try Tree([Self.entry(name)]).encoded()
    #expect(try Tree.decode(payload, id: Self.anyID).entries[0].name.utf8.elementsEqual(name.utf8))
  }

  @Test func nameIsThereOnlyOnceEvenAsFileAndFolder() {
    #expect(throws: ObjectStoreError.collidingPaths("a", "a")) {
      try Tree([Self.entry("a"), Self.entry("b"), Self.entry("a", .tree)])
    }
  }

  @Test func namesThatOnlyLookTheSameAreTwoNames() throws {
    let payload = try Tree([Self.entry("\u{E9}"), Self.entry("e\u{301}")]).encoded()
    #expect(try Tree.decode(payload, id: Self.anyID).entries.count == 2)
  }

  @Test func sizesThatCannotBeWrittenAreRefused() {
    #expect(throws: ObjectStoreError.unencodable(field: "a")) { try Tree([Self.entry("a", size: -1)]) }
    #expect(throws: ObjectStoreError.unencodable(field: "a")) { try Tree([Self.entry("a", size: .max)]) }
    #expect(throws: ObjectStoreError.unencodable(field: "b")) {
      try Tree([Self.entry("a", size: 999_999_999_999_999_999), Self.entry("b", size: 1)])
    }
  }

  @Test func treeTooLargeToBeReadBackIsNeitherWrittenNorRead() {
    let limit = Int(Tree.maximumPayloadBytes)
    let name = String(repeating: "n", count: 240)
    let entries = (0..<(limit / 300)).map { Self.entry("\(name)\($0)") }
    #expect(throws: ObjectStoreError.self) { try Tree(entries) }
    let payload = Array("tree 1\n".utf8) + [UInt8](repeating: 0x0A, count: limit)
    #expect(throws: ObjectStoreError.malformed(Self.anyID, .tooLarge(limit: Int64(limit)))) {
      try Tree.decode(payload, id: Self.anyID)
    }
  }
}
