import CIgzip

/// A compressor of streams that come in pieces.
protocol StreamDeflater: Sendable {
  /// Compresses the next bytes and passes the output on; the last bytes end the stream.
  func run<Failure: Error>(
    _ bytes: RawSpan,
    isLast: Bool,
    into output: (RawSpan) throws(Failure) -> Void
  ) throws(Failure)

  /// Prepares for the next stream.
  func reset()
}

extension StreamDeflater {
  /// As `run`; the compressor is ready for the next stream after the last bytes, and after `output` has thrown.
  func compress<Failure: Error>(
    _ bytes: RawSpan,
    isLast: Bool,
    into output: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    do {
      try run(bytes, isLast: isLast, into: output)
    } catch {
      reset()
      throw error
    }
    if isLast { reset() }
  }
}

/// Compresses streams with ISA-L, six times as fast as zlib and one byte in thirty larger (docs/benchmarks.md,
/// "Streams").
///
/// Unchecked, because a `CodecPool` passes it between threads but never lends it to two at a time.
final class IgzipDeflater: StreamDeflater, @unchecked Sendable {
  /// Whether ISA-L is on this machine.
  static let isPresent = cigzip_load() != 0

  /// The bytes that are passed to the library at once; its counts have 32 bits.
  private static let stepBytes = 1 << 20

  private let stream: UnsafeMutableRawPointer
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

  /// Only where ISA-L is present.
  init() {
    guard Self.isPresent, let stream = cigzip_make() else {
      preconditionFailure("ISA-L could not start a compressor")
    }
    self.stream = stream
  }

  deinit {
    cigzip_free(stream)
    buffer.deallocate()
  }

  func reset() { cigzip_reset(stream) }

  func run<Failure: Error>(
    _ bytes: RawSpan,
    isLast: Bool,
    into output: (RawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    var consumed = 0
    while true {
      let step = step(bytes, from: consumed, isLast: isLast)
      precondition(step.is_error == 0, "ISA-L compressor used out of order")
      consumed += step.taken
      if step.made > 0 {
        try output(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: buffer[..<step.made])))
      }
      if isLast ? step.is_done != 0 : consumed == bytes.byteCount && step.made < buffer.count { return }
    }
  }

  private func step(_ bytes: RawSpan, from start: Int, isLast: Bool) -> cigzip_result {
    bytes.withUnsafeBytes { input in
      let count = min(input.count - start, Self.stepBytes)
      return cigzip_step(
        stream,
        input.baseAddress?.advanced(by: start),
        count,
        isLast && start + count == input.count ? 1 : 0,
        buffer.baseAddress,
        buffer.count
      )
    }
  }
}
