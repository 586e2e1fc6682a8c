import NIOCore
import NIOHTTP1

/// Headers went on for too long.
struct HeadersTooLarge: Error {}

/// Ends a connection whose responses have too many bytes of headers, informational responses included.
///
/// async-http-client drops informational responses silently, so an endless row of them would only end at
/// `headerTimeout`. HTTP/2 needs no such handler: its header blocks are limited by SETTINGS.
final class HeaderGuard: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias InboundOut = HTTPClientResponsePart

  private let maxBytes: Int
  private var bytes = 0

  init(maxBytes: Int) {
    self.maxBytes = maxBytes
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      bytes += ResponseRules.headerBytes(of: head)
      guard bytes <= maxBytes else { return context.fireErrorCaught(HeadersTooLarge()) }
    case .body: break
    case .end(let trailers):
      bytes = 0
      let trailerBytes = trailers?.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 } ?? 0
      guard trailerBytes <= maxBytes else { return context.fireErrorCaught(HeadersTooLarge()) }
    }
    context.fireChannelRead(data)
  }

  /// Puts a guard behind the decoder of a new HTTP/1 connection.
  static func install(on channel: any Channel, maxBytes: Int) -> EventLoopFuture<Void> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPResponseDecoder>.self)
      try pipeline.addHandler(HeaderGuard(maxBytes: maxBytes), position: .after(decoder))
    }
  }
}

@available(*, unavailable)
extension HeaderGuard: Sendable {}
