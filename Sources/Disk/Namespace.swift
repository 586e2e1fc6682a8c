#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The namespaces of processes (namespaces(7)): what lives in the same one sees the same processes, or the same mounts.
enum Namespace: String {
  case processes = "pid"
  case mounts = "mnt"

  /// The name of a process's namespace, from the link /proc/PID/ns/KIND; empty where there are none, and for a process that
  /// is not this user's to look at.
  func name(of process: String = "self") -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    let count = readlink("/proc/\(process)/ns/\(rawValue)", &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
