import Disk
import ObjectStore
import Refs

/// The bytes of a view's index (docs/FORMATS.md, section 8b); numbers are big-endian.
enum ViewIndexCoding {
  private static let magic = Array("mmdos-index 2\n".utf8)
  private static let voucherBytes = Voucher.byteCount

  /// The bytes with a voucher; nil where this machine has no key.
  static func encode(_ index: ViewIndex, vouchedBy notary: any Notary) -> [UInt8]? {
    var body = ByteWriter()
    body.append(index.view.bytes)
    body.append(UInt64(bitPattern: index.settled), bytes: 8)
    body.append(UInt64(index.sections.count), bytes: 4)
    for section in index.sections {
      body.append(UInt64(section.path.count), bytes: 1)
      if let name = section.path.last { body.append(name) }
      body.append(section.mark)
      body.append(UInt64(section.files.count), bytes: 4)
      for file in section.files {
        body.append(file.name)
        body.append(file.id.bytes)
        body.append(file.mark)
      }
    }
    body.append(index.stored == nil ? 0 : 1, bytes: 1)
    if let stored = index.stored {
      body.append(stored.snapshot.bytes)
      body.append(stored.packs)
      body.append(stored.loose)
    }
    guard let voucher = notary.voucher(for: body.bytes, as: .viewIndex) else { return nil }
    return magic + voucher.bytes + body.bytes
  }

  /// Reads what `encode` wrote on this machine; nil for anything else.
  static func decode(_ bytes: [UInt8], vouchedBy notary: any Notary) -> ViewIndex? {
    guard bytes.starts(with: magic) else { return nil }
    let rest = bytes.dropFirst(magic.count)
    guard let voucher = Voucher(bytes: Array(rest.prefix(voucherBytes))) else { return nil }
    let body = Array(rest.dropFirst(voucherBytes))
    guard notary.isRight(voucher, for: body, as: .viewIndex) else { return nil }
    var reader = ByteReader(body)
    guard let index = reader.index(), reader.isAtEnd else { return nil }
    return index
  }
}

/// Collects bytes.
private struct ByteWriter {
  var bytes: [UInt8] = []

  mutating func append(_ more: [UInt8]) { bytes += more }

  /// The lowest bytes of a number, the highest of them first.
  mutating func append(_ number: UInt64, bytes count: Int) {
    for shift in stride(from: 8 * (count - 1), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }

  mutating func append(_ name: FileName) {
    let text = name.bytes
    append(UInt64(text.count), bytes: 1)
    append(text)
  }

  mutating func append(_ objects: [ViewIndex.Object]) {
    append(UInt64(objects.count), bytes: 4)
    for object in objects {
      append(object.id.bytes)
      append(object.mark)
    }
  }

  mutating func append(_ mark: FileMark) {
    append(mark.device, bytes: 8)
    append(mark.inode, bytes: 8)
    append(UInt64(bitPattern: mark.size), bytes: 8)
    append(UInt64(mark.mode), bytes: 2)
    append(UInt64(bitPattern: mark.changeTime), bytes: 8)
  }
}

/// Takes bytes apart; each value is nil where there are too few, or it is none.
private struct ByteReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  mutating func index() -> ViewIndex? {
    guard let view = id(), let settled = number(8), let count = number(4) else { return nil }
    var sections: [ViewIndex.Section] = []
    for _ in 0..<count {
      guard let section = section(after: sections.last?.path) else { return nil }
      sections.append(section)
    }
    guard !sections.isEmpty, let isStored = number(1), isStored <= 1 else { return nil }
    var stored: ViewIndex.Stored?
    if isStored == 1 {
      guard let snapshot = id(), let packs = objects(), let loose = objects() else { return nil }
      stored = ViewIndex.Stored(snapshot: snapshot, packs: packs, loose: loose)
    }
    return ViewIndex(
      view: view,
      settled: Int64(bitPattern: settled),
      sections: sections,
      stored: stored
    )
  }

  private mutating func objects() -> [ViewIndex.Object]? {
    guard let count = number(4) else { return nil }
    var objects: [ViewIndex.Object] = []
    for _ in 0..<count {
      guard let id = id(), let mark = mark() else { return nil }
      objects.append(ViewIndex.Object(id: id, mark: mark))
    }
    return objects
  }

  /// A folder; `previous` is the path of the one before it, of which its own has all but the last name.
  private mutating func section(after previous: [FileName]?) -> ViewIndex.Section? {
    guard let depth = number(1).flatMap({ Int(exactly: $0) }) else { return nil }
    var path: [FileName] = []
    if let previous {
      guard (1...(previous.count + 1)).contains(depth), let name = name() else { return nil }
      path = previous.prefix(depth - 1) + [name]
    } else if depth != 0 {
      return nil
    }
    guard let mark = mark(), let count = number(4) else { return nil }
    var files: [ViewIndex.File] = []
    for _ in 0..<count {
      guard let name = name(), let id = id(), let mark = self.mark() else { return nil }
      files.append(ViewIndex.File(name: name, id: id, mark: mark))
    }
    return ViewIndex.Section(path: path, mark: mark, files: files)
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= bytes.count - position else { return nil }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  private mutating func number(_ count: Int) -> UInt64? {
    guard count <= bytes.count - position else { return nil }
    // Not by a slice: an index of many files has ten times as many numbers.
    var number: UInt64 = 0
    for index in position..<(position + count) { number = number << 8 | UInt64(bytes[index]) }
    position += count
    return number
  }

  private mutating func id() -> ObjectID? { take(ObjectID.byteCount).flatMap { ObjectID(bytes: $0) } }

  private mutating func name() -> FileName? {
    guard let count = number(1), let text = take(Int(count)), let name = FileName(bytes: text),
      name.isPlain
    else { return nil }
    return name
  }

  private mutating func mark() -> FileMark? {
    guard let device = number(8), let inode = number(8), let size = number(8), let mode = number(2),
      let time = number(8)
    else { return nil }
    return FileMark(
      device: device,
      inode: inode,
      size: Int64(bitPattern: size),
      mode: UInt16(mode),
      changeTime: Int64(bitPattern: time)
    )
  }
}
