import Foundation

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A folder with all that is in it, in memory: to see what a command changed, and to put everything back.
struct FolderImage: Sendable {
  enum Entry: Equatable, Sendable {
    case folder(mode: UInt16)
    case file([UInt8], mode: UInt16)
    /// A large file of NUL bytes, which takes no room on the disk.
    case sparse(size: Int64)
    case link(String)
    case fifo
  }

  /// By path in the folder.
  private(set) var entries: [String: Entry] = [:]

  /// Files up to this size are read.
  static let largestRead: Int64 = 4 << 20

  init() {}

  /// Reads a folder.
  init(of root: String) throws { try read(root, "") }

  subscript(path: String) -> Entry? { entries[path] }

  /// The bytes of a file.
  func bytes(_ path: String) -> [UInt8]? {
    if case .file(let bytes, _)? = entries[path] { bytes } else { nil }
  }

  /// What lies beneath a folder, by the path from there.
  func below(_ folder: String) -> [String: Entry] {
    var found: [String: Entry] = [:]
    for (path, entry) in entries where path.hasPrefix(folder + "/") {
      found[String(path.dropFirst(folder.utf8.count + 1))] = entry
    }
    return found
  }

  /// The paths that are not the same in both.
  func differences(from other: FolderImage) -> [String] {
    Set(entries.keys).union(other.entries.keys).filter { entries[$0] != other.entries[$0] }.sorted()
  }

  private mutating func read(_ root: String, _ path: String) throws {
    guard let folder = opendir(path.isEmpty ? root : "\(root)/\(path)") else { return }
    defer { closedir(folder) }
    while let item = readdir(folder) {
      let name = withUnsafePointer(to: &item.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      let inner = path.isEmpty ? name : "\(path)/\(name)"
      var status = stat()
      // What a killed command left may go while this looks.
      guard lstat("\(root)/\(inner)", &status) == 0 else { continue }
      let mode = UInt16(status.st_mode & 0o7777)
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        entries[inner] = .folder(mode: mode)
        try read(root, inner)
      case S_IFLNK:
        let target = try FileManager.default.destinationOfSymbolicLink(atPath: "\(root)/\(inner)")
        entries[inner] = .link(target)
      case S_IFREG where Int64(status.st_size) > Self.largestRead:
        entries[inner] = .sparse(size: Int64(status.st_size))
      case S_IFREG:
        entries[inner] = .file(Self.bytes("\(root)/\(inner)", Int(status.st_size)), mode: mode)
      default: entries[inner] = .fifo
      }
    }
  }

  private static func bytes(_ place: String, _ size: Int) -> [UInt8] {
    let file = open(place, O_RDONLY)
    defer { close(file) }
    return [UInt8](unsafeUninitializedCapacity: size) { $1 = max(0, pread(file, $0.baseAddress, size, 0)) }
  }

  /// Makes the folder what this image says; only what differs is written.
  ///
  /// `now`: What is there, if it is known.
  func restore(_ root: String, from now: FolderImage? = nil) throws {
    let now = try now ?? FolderImage(of: root)
    let different = differences(from: now)
    for path in different.reversed() where now[path] != nil {
      if case .folder? = now[path], case .folder? = entries[path] { continue }
      // What lay in it is gone already where a folder was.
      try? FileManager.default.removeItem(atPath: "\(root)/\(path)")
    }
    for path in different { try make("\(root)/\(path)", entries[path]) }
  }

  private func make(_ place: String, _ entry: Entry?) throws {
    switch entry {
    case nil: break
    case .folder(let mode)?:
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
      chmod(place, mode_t(mode))
    case .file(let bytes, let mode)?:
      try Data(bytes).write(to: URL(fileURLWithPath: place))
      chmod(place, mode_t(mode))
    case .sparse(let size)?:
      try Data().write(to: URL(fileURLWithPath: place))
      truncate(place, off_t(size))
    case .link(let target)?:
      try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: target)
    case .fifo?: mkfifo(place, 0o644)
    }
  }
}
