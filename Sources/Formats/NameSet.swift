/// A set of names that are compared by their bytes.
///
/// `String` compares by canonical equivalence: NFC and NFD spellings are equal, and each comparison is slower.
package struct NameSet {
  private var names: Set<Name> = []

  package init(_ names: [String] = []) {
    self.names = Set(names.map(Name.init))
  }

  package func contains(_ name: String) -> Bool { names.contains(Name(text: name)) }

  /// Adds a name; false where it was there already.
  package mutating func insert(_ name: String) -> Bool {
    names.insert(Name(text: name)).inserted
  }

  private struct Name: Hashable {
    let text: String

    static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
      let isDone: Void? = text.utf8.withContiguousStorageIfAvailable {
        hasher.combine(bytes: UnsafeRawBufferPointer($0))
      }
      if isDone == nil { text.utf8.forEach { hasher.combine($0) } }
    }
  }
}
