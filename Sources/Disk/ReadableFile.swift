package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A regular file opened for reading; closed when the value goes away.
package struct ReadableFile: ~Copyable {
  /// The file's path when it was opened; for messages only, and built on demand, as most files are read without a
  /// message.
  package var path: FilePath { folder.path.appending(name) }

  /// The file's attributes when it was opened.
  package let attributes: FileAttributes

  let descriptor: CInt
  private let folder: Folder
  private let name: FileName

  /// Takes ownership of a descriptor and checks that it is a regular file.
  init(descriptor: CInt, name: FileName, in folder: Folder) throws(DiskError) {
    var status = stat()
    let result = fstat(descriptor, &status)
    let code = Errno(rawValue: errno)
    // All properties are set from here on, so after a throw the deinit closes the descriptor.
    self.descriptor = descriptor
    self.folder = folder
    self.name = name
    attributes = FileAttributes(status)
    guard result == 0 else { throw DiskError(.inspect, path, code) }
    guard attributes.kind == .file else {
      throw DiskError(.open, path, attributes.kind == .folder ? .isDirectory : .invalidArgument)
    }
  }

  deinit { close(descriptor) }

  /// Reads from where the last read ended.
  ///
  /// - Returns: How many bytes of `buffer` were filled; 0 at the end of the file.
  package func read(into buffer: inout [UInt8]) throws(DiskError) -> Int {
    try systemCall(.read, path) {
      buffer.withUnsafeMutableBytes {
        #if canImport(Darwin)
          Darwin.read(descriptor, $0.baseAddress, $0.count)
        #elseif canImport(Musl)
          Musl.read(descriptor, $0.baseAddress, $0.count)
        #else
          Glibc.read(descriptor, $0.baseAddress, $0.count)
        #endif
      }
    }
  }

  /// Reads from an offset in bytes; safe from several threads at once.
  ///
  /// - Returns: How many bytes of `buffer` were filled; 0 at the end of the file.
  package func read(at offset: Int64, into buffer: inout [UInt8]) throws(DiskError) -> Int {
    try systemCall(.read, path) {
      buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
    }
  }

  /// Makes the next read start at the first byte.
  package func rewind() throws(DiskError) {
    try systemCall(.read, path) { lseek(descriptor, 0, SEEK_SET) }
  }

  /// Reads the whole file.
  ///
  /// - Throws: `DiskError`; EFBIG when the file has, or grows to, more than `limit` bytes.
  package func readAll(limit: Int) throws(DiskError) -> [UInt8] {
    // `Int.max` means no limit, but a file of that size does not fit into memory.
    guard attributes.size <= limit, attributes.size < Int.max else {
      throw DiskError(.read, path, .fileTooLarge)
    }
    // One byte more than the file's size, so that the end of the file is usually found by the second read.
    var bytes = [UInt8](repeating: 0, count: Int(attributes.size) + 1)
    var filled = 0
    while true {
      let count = try systemCall(.read, path) {
        bytes.withUnsafeMutableBytes {
          pread(descriptor, $0.baseAddress?.advanced(by: filled), $0.count - filled, off_t(filled))
        }
      }
      if count == 0 { break }
      filled += count
      guard filled <= limit else { throw DiskError(.read, path, .fileTooLarge) }
      if filled == bytes.count { bytes.append(contentsOf: repeatElement(0, count: bytes.count)) }
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }
}
