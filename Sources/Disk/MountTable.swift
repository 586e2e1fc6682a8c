package import SystemPackage

/// Where folders are mounted, by any process that this one can see.
///
/// A folder that is mounted somewhere has to stay the same folder: whoever mounted it holds the folder, not its name, and
/// would see nothing of another one that takes the name. Knows only Linux, from /proc/PID/mountinfo (proc(5)); elsewhere
/// nothing counts as mounted.
package struct MountTable: Sendable {
  /// One mount: a folder of a file system, and where it is seen.
  struct Mount: Hashable, Sendable {
    /// The device of the file system, as `major:minor`.
    let device: String
    /// The folder that is mounted, as a path inside its file system.
    let root: FilePath
    /// Where it is mounted, as a path of the process.
    let place: FilePath
  }

  /// The mounts of this process, in the order in which they were made.
  private let own: [Mount]
  /// The mounts of all processes.
  private let all: Set<Mount>

  /// Reads the mounts; what cannot be read is left out.
  package init() {
    // try?: without /proc nothing is known, and nothing counts as mounted.
    guard let processes = try? Folder.open("/proc") else {
      self.init(own: "", others: [])
      return
    }
    let others = (try? processes.names())?.filter { UInt64($0.string) != nil } ?? []
    // Processes of one namespace have the same mounts, and the system takes long to list them for each of hundreds.
    var seen: Set<String> = [Namespace.mounts.name()]
    let different = others.filter { process in
      let name = Namespace.mounts.name(of: process.string)
      return name.isEmpty || seen.insert(name).inserted
    }
    self.init(own: Self.read("self", processes), others: different.map { Self.read($0, processes) })
  }

  init(own: String, others: [String]) {
    self.own = own.split(separator: "\n").compactMap(Self.parse)
    // Many containers have the same mounts, so a text is parsed once.
    all = Set(others).reduce(into: Set(self.own)) { mounts, text in
      mounts.formUnion(text.split(separator: "\n").compactMap(Self.parse))
    }
  }

  /// Where a folder, or one below it, is mounted; nil when it is not.
  ///
  /// The folder's path must be absolute and without links.
  package func place(of folder: FilePath) -> FilePath? {
    guard let mount = own.filter({ folder.starts(with: $0.place) }).max(by: isShorter) else { return nil }
    var inner = folder
    guard inner.removePrefix(mount.place) else { return nil }
    let inside = mount.root.pushing(inner)
    return all.filter { $0.device == mount.device && $0.root.starts(with: inside) }.map(\.place)
      .min { $0.string < $1.string }
  }

  private func isShorter(_ left: Mount, _ right: Mount) -> Bool {
    // Of two mounts at one place the later one is seen, and `max` takes the last of equals.
    left.place.components.count <= right.place.components.count
  }

  private static func read(_ process: FileName, _ processes: Folder) -> String {
    // try?: a process that ended or that is not this user's to look at says nothing.
    guard
      let folder = process == "self" ? try? Folder.open("/proc/self") : try? processes.findFolder(process),
      let bytes = try? folder.findBytes("mountinfo", limit: maximumBytes)
    else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads one line of mountinfo: id, parent, major:minor, root, mount point, and what does not matter here.
  private static func parse(_ line: Substring) -> Mount? {
    let fields = line.split(separator: " ", maxSplits: 5)
    // A folder that was removed while it is mounted has this behind its path: nothing can be done for it.
    guard fields.count > 4, !fields[3].hasSuffix("//deleted") else { return nil }
    return Mount(
      device: String(fields[2]),
      root: FilePath(unescape(fields[3])),
      place: FilePath(unescape(fields[4]))
    )
  }

  /// Undoes the escapes of blanks and backslashes in mountinfo: `\` and three octal digits.
  static func unescape(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let maximumBytes = 4 << 20
}
