import CPlatform

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The output of another program of this machine; nothing else of it is seen.
package enum ProgramOutput {
  /// Runs a program, which is found by `PATH`, in a folder and without input, and waits for its end.
  ///
  /// `words`: Its name and arguments; never text from outside.
  ///
  /// - Returns: Nil when it cannot be run, fails, or has more output than `limit` bytes.
  package static func find(_ words: [String], in folder: Folder, limit: Int) -> [UInt8]? {
    var arguments = words.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    guard !arguments.contains(nil), limit >= 0, limit < Int.max else { return nil }
    arguments.append(nil)
    // One byte more than the limit, so that longer output shows.
    var bytes = [UInt8](repeating: 0, count: limit + 1)
    let count = bytes.withUnsafeMutableBytes {
      mmdos_program_output(folder.descriptor, arguments, $0.baseAddress, UInt64($0.count))
    }
    guard count >= 0, count <= limit else { return nil }
    bytes.removeLast(bytes.count - Int(count))
    return bytes
  }
}
