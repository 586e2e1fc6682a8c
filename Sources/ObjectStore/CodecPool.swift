import Synchronization

/// Keeps codecs for reuse: initialising one costs more than compressing a small file with it.
final class CodecPool<Codec: Sendable>: Sendable {
  private let idle = Mutex<[Codec]>([])
  private let make: @Sendable () -> Codec

  init(_ make: @escaping @Sendable () -> Codec) {
    self.make = make
  }

  /// Calls `body` with a codec that no other thread uses meanwhile.
  func withCodec<Result, Failure: Error>(
    _ body: (Codec) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let codec = take()
    defer { giveBack(codec) }
    return try body(codec)
  }

  /// Takes a codec out of the pool; the caller returns it with `giveBack` when its stream has ended.
  func take() -> Codec {
    idle.withLock { $0.popLast() } ?? make()
  }

  /// Returns a codec to the pool; it must not be in the middle of a stream.
  func giveBack(_ codec: Codec) {
    idle.withLock { $0.append(codec) }
  }
}

/// The codec pools of this process, one for each use.
enum Codecs {
  static let fast = CodecPool { Deflater(.fast) }
  static let stored = CodecPool { Deflater(.stored) }
  static let inflate = CodecPool { Inflater() }
  static let wholeFast = CodecPool { WholeDeflater(.fast) }
  static let wholeStored = CodecPool { WholeDeflater(.stored) }
  static let wholeInflate = CodecPool { WholeInflater() }
  private static let igzip = CodecPool { IgzipDeflater() }

  /// Takes the fastest compressor of streams; `giveBack` returns it when its stream has ended.
  static func takeStreamDeflater(isStored: Bool) -> (any StreamDeflater, giveBack: () -> Void) {
    if !isStored, IgzipDeflater.isPresent { return take(from: igzip) }
    return take(from: isStored ? stored : fast)
  }

  private static func take<Codec: StreamDeflater>(
    from pool: CodecPool<Codec>
  ) -> (any StreamDeflater, giveBack: () -> Void) {
    let codec = pool.take()
    return (codec, { pool.giveBack(codec) })
  }
}
