import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process, named so that others can tell whether it is gone: the content of an owner file.
struct FileOwner: Equatable, Sendable, CustomStringConvertible {
  /// The name of the machine, and what tells machines of one name apart (machine-id(5)).
  var machine: String
  /// Changes with each start of the machine; empty where that is not known.
  var boot: String
  /// The namespace in which the process id counts; a container has its own.
  var namespace: String
  var process: Int32
  /// When the process began, in ticks since the machine did; empty if not known.
  ///
  /// A later process may have the same id.
  var began: String

  /// Longer content was not written by this program.
  static let maximumBytes = 4096

  /// This process.
  static let current = FileOwner(
    machine: hostName + " " + firstLine(of: "machine-id", in: "/etc"),
    boot: firstLine(of: "boot_id", in: "/proc/sys/kernel/random"),
    namespace: Namespace.processes.name(),
    process: getpid(),
    began: began(getpid())
  )

  /// Whether the process is certainly gone, as seen by another one.
  ///
  /// Only of a process on the same machine: one that is gone since the machine started anew, or whose id nobody or a
  /// later process has. Nothing is known of other machines and of other containers.
  func isGone(for other: FileOwner) -> Bool {
    guard !boot.isEmpty, !other.boot.isEmpty else { return false }
    // Machines of one name are told apart by their machine-id alone, which a container may lack.
    if boot != other.boot { return machine == other.machine && !machine.hasSuffix(" ") }
    guard namespace == other.namespace, process > 0 else { return false }
    if kill(process, 0) != 0 { return errno == ESRCH }
    return !began.isEmpty && began != Self.began(process)
  }

  // MARK: Text

  /// Five lines.
  var description: String {
    [machine, boot, namespace, String(process), began].joined(separator: "\n") + "\n"
  }

  init(machine: String, boot: String, namespace: String, process: Int32, began: String) {
    self.machine = machine
    self.boot = boot
    self.namespace = namespace
    self.process = process
    self.began = began
  }

  /// Reads the five lines; nil for anything else.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 6, lines[5].isEmpty, let process = Int32(lines[3]) else { return nil }
    self.init(
      machine: String(lines[0]),
      boot: String(lines[1]),
      namespace: String(lines[2]),
      process: process,
      began: String(lines[4])
    )
  }

  // MARK: Asking the system

  private static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    // The last byte stays 0, so the name ends even where it was cut.
    guard gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Field 22 of /proc/PID/stat (proc(5)); the second may hold blanks and ends with the last `)`.
  private static func began(_ process: Int32) -> String {
    let fields = firstLine(of: "stat", in: FilePath("/proc/\(process)")).split(separator: ")").last
    guard let fields = fields?.split(separator: " "), fields.count > 19 else { return "" }
    return String(fields[19])
  }

  private static func firstLine(of name: FileName, in folder: FilePath) -> String {
    // try?: a system that does not say it leaves it out.
    guard let bytes = try? Folder.open(folder).findBytes(name, limit: maximumBytes) else { return "" }
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }
}
