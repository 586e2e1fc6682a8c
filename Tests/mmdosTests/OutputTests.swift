import Testing

@testable import mmdos

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.timeLimit(.minutes(10))) struct OutputTests {
  init() {
    Output.prepareProcess()
  }

  private func makeOutput(
    _ descriptor: Int32,
    color: Bool = false,
    flushesLines: Bool = false,
    capacity: Int = 1024
  ) -> Output {
    Output(
      descriptor: descriptor,
      isTerminal: false,
      usesColor: color,
      flushesLines: flushesLines,
      capacity: capacity
    )
  }

  @Test func writesInOrderWhateverTheSize() throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = makeOutput(pipe.writeEnd, capacity: 8)
    let large = [UInt8](repeating: UInt8(ascii: "x"), count: 20)
    output.write("ab")
    output.line("cd")
    output.line()
    output.write(large.span.bytes)
    output.write(verbatim: "\u{1B}")
    output.write("\("\u{1B}")")
    try output.finish()
    #expect(
      pipe.contents() == "abcd\n\n" + String(repeating: "x", count: 20) + "\u{1B}" + #"\u{001B}"#
    )
  }

  @Test func nothingLeavesBeforeFlush() throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = makeOutput(pipe.writeEnd)
    output.line("waits")
    try #require(fcntl(pipe.readEnd, F_SETFL, O_NONBLOCK) == 0)
    var byte: UInt8 = 0
    #expect(read(pipe.readEnd, &byte, 1) == -1)
    output.flush()
    #expect(read(pipe.readEnd, &byte, 1) == 1)
  }

  @Test func lineFlushingSendsWholeLines() throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = makeOutput(pipe.writeEnd, flushesLines: true)
    try #require(fcntl(pipe.readEnd, F_SETFL, O_NONBLOCK) == 0)
    var piece = [UInt8](repeating: 0, count: 64)
    output.write("half")
    #expect(read(pipe.readEnd, &piece, piece.count) == -1)
    output.line(" whole")
    #expect(read(pipe.readEnd, &piece, piece.count) == 11)
  }

  @Test(arguments: [(true, "\u{1B}[32mok\u{1B}[m\n"), (false, "ok\n")])
  func colourIsTheOutputsChoice(color: Bool, expected: String) throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = makeOutput(pipe.writeEnd, color: color)
    output.line("\("ok", .good)")
    try output.finish()
    #expect(pipe.contents() == expected)
  }

  @Test func closedPipeEndsOutputQuietly() throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = makeOutput(pipe.writeEnd, capacity: 16)
    pipe.closeReadEnd()
    #expect(output.isOpen)
    output.write("waits")
    #expect(output.isOpen)
    output.flush()
    #expect(!output.isOpen)
    output.line("dropped, however long it is")
    try output.finish()
  }

  @Test func closedPipeInTheMiddleOfALargeWriteEndsQuietly() throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = makeOutput(pipe.writeEnd)
    // More than any pipe holds: the writer is inside the call when the reader goes.
    let large = [UInt8](repeating: 1, count: 1 << 22)
    let reader = try Reader(pipe.readEnd) { descriptor in
      var piece = [UInt8](repeating: 0, count: 4096)
      _ = read(descriptor, &piece, piece.count)
      pipe.closeReadEnd()
      return []
    }
    output.write(large.span.bytes)
    _ = reader.wait()
    #expect(!output.isOpen)
    try output.finish()
  }

  @Test(arguments: [false, true])
  func slowReaderGetsEveryByte(nonBlocking: Bool) throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    if nonBlocking { try #require(fcntl(pipe.writeEnd, F_SETFL, O_NONBLOCK) == 0) }
    let output = makeOutput(pipe.writeEnd)
    let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
    let reader = try Reader(pipe.readEnd) { readAll($0, pieceSize: 1021) }
    output.write(bytes.span.bytes)
    for byte in bytes.prefix(5000) { output.write([byte].span.bytes) }
    try output.finish()
    pipe.closeWriteEnd()
    #expect(reader.wait() == bytes + bytes.prefix(5000))
  }

  @Test func otherFailuresAreToldOnceAndForAll() throws {
    let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
    // Only Linux has it.
    guard full >= 0 else { return }
    defer { close(full) }
    let output = makeOutput(full)
    output.line("lost")
    let expected = OutputError(descriptor: full, code: ENOSPC)
    #expect(throws: expected) { try output.finish() }
    #expect(!output.isOpen)
    #expect(throws: expected) { try output.finish() }
  }

  @Test func unwritableDescriptorIsAFailure() throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = makeOutput(pipe.readEnd)
    output.line("lost")
    #expect(throws: OutputError(descriptor: pipe.readEnd, code: EBADF)) { try output.finish() }
  }

  @Test func emptyOutputTouchesNothing() throws {
    let output = makeOutput(-1)
    output.write("")
    try output.finish()
  }

  @Test(arguments: [(1, "standard output"), (2, "standard error"), (9, "descriptor 9")] as [(Int32, String)])
  func failureNamesStreamAndCause(descriptor: Int32, stream: String) {
    let error = OutputError(descriptor: descriptor, code: ENOSPC)
    #expect(error.words == "cannot write to \(stream): no space left on the device")
  }

  @Test func linesOfSeveralThreadsStayWhole() async throws {
    let pipe = try Pipe()
    defer { pipe.closeBoth() }
    let output = makeOutput(pipe.writeEnd, capacity: 64)
    let reader = try Reader(pipe.readEnd) { readAll($0) }
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          for _ in 0..<500 { output.line("worker \(worker) wrote this") }
        }
      }
    }
    try output.finish()
    pipe.closeWriteEnd()
    let lines = String(decoding: reader.wait(), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 2000)
    for worker in 0..<4 { #expect(lines.filter { $0 == "worker \(worker) wrote this" }.count == 500) }
  }
}
