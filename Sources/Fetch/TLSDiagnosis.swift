import NIOCore
import NIOPosix
import NIOSSL

/// Finds out why a certificate was refused, as BoringSSL tells NIOSSL no more than that it was.
enum TLSDiagnosis {
  /// Looks at the certificates of a server that was just refused.
  ///
  /// Makes one more connection, which never gets past the handshake: no request is sent on it.
  static func diagnose(
    host: String,
    port: Int,
    on group: any EventLoopGroup,
    timeout: Duration
  ) async -> FetchError.TLSCause {
    let chain = group.any().makePromise(of: [NIOSSLCertificate].self)
    let channel: any Channel
    do {
      var configuration = TLSConfiguration.makeClientConfiguration()
      configuration.minimumTLSVersion = .tlsv12
      let context = try NIOSSLContext(configuration: configuration)
      channel = try await ClientBootstrap(group: group)
        .connectTimeout(TimeAmount(timeout))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let refuse: NIOSSLCustomVerificationCallback = { certificates, verdict in
              chain.succeed(certificates)
              verdict.succeed(NIOSSLVerificationResult.failed)
            }
            let handler = try NIOSSLClientHandler(
              context: context,
              serverHostname: serverName(host),
              customVerificationCallback: refuse
            )
            try channel.pipeline.syncOperations.addHandler(handler)
          }
        }
        .connect(host: host, port: port).get()
    } catch {
      chain.fail(error)
      return .untrustedIssuer
    }
    channel.closeFuture.whenComplete { _ in chain.fail(ChannelError.eof) }
    let limit = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { channel.close(promise: nil) }
    defer { limit.cancel() }
    // Without the certificates there is nothing more to say than that the issuer was not accepted.
    let certificates = (try? await chain.futureResult.get()) ?? []
    let now = SystemTime.secondsSince1970()
    let isValidToday = certificates.allSatisfy {
      $0.notValidBefore <= now && now <= $0.notValidAfter
    }
    return isValidToday ? .untrustedIssuer : .expired
  }

  private static func serverName(_ host: String) -> String? {
    // Server name indication is for names only (RFC 6066 section 3): for what does not parse as an address.
    (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
  }
}
