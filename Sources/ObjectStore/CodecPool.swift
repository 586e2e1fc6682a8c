import Synchronization

/// Codecs that are ready for use: starting one costs more than compressing a small file with it.
final class CodecPool<Codec: Sendable>: Sendable {
  private let idle = Mutex<[Codec]>([])
  private let make: @Sendable () -> Codec

  init(_ make: @escaping @Sendable () -> Codec) {
    self.make = make
  }

  /// Lends a codec to one caller.
  func withCodec<Result, Failure: Error>(
    _ body: (Codec) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let codec = take()
    defer { giveBack(codec) }
    return try body(codec)
  }

  /// A codec for one caller, which gives it back when its stream has ended.
  func take() -> Codec {
    idle.withLock { $0.popLast() } ?? make()
  }

  /// Returns a codec that is between two streams.
  func giveBack(_ codec: Codec) {
    idle.withLock { $0.append(codec) }
  }
}

/// The codecs of this process, one set per use.
enum Codecs {
  static let fast = CodecPool { Deflater(.fast) }
  static let stored = CodecPool { Deflater(.stored) }
  static let inflate = CodecPool { Inflater() }
}
