import CCurl

/// The loop of the network thread: takes commands, runs libcurl, and reports ended transfers.
final class HTTPLoop {
  /// How often the limits on time are checked; this is also their precision.
  private static let tick = Duration.milliseconds(100)
  /// How long the thread sleeps at most while there are no transfers, in milliseconds.
  private static let idleWait: CInt = 60_000

  private let commands: CommandQueue
  private var transfers: [ObjectIdentifier: HTTPTransfer] = [:]
  private var lastCheck = ContinuousClock.now

  init(_ commands: CommandQueue, maxConnectionsToHost: Int) {
    self.commands = commands
    // Only a libcurl that does not know the option refuses it; the callers' limit then has to suffice.
    ccurl_multi_set_long(commands.multi, CURLMOPT_MAX_HOST_CONNECTIONS, max(1, maxConnectionsToHost))
    // By default libcurl keeps four times as many connections as there are transfers, and closes the others.
    ccurl_multi_set_long(commands.multi, CURLMOPT_MAXCONNECTS, max(1, maxConnectionsToHost) * 2)
  }

  /// Runs until the queue is closed; running transfers then fail with `FetchError.shutDown`.
  func run() {
    while let commands = commands.take() {
      for command in commands { obey(command) }
      var running: CInt = 0
      ccurl_multi_perform(self.commands.multi, &running)
      reportEnded()
      announceNews()
      checkTimes()
      ccurl_multi_poll(self.commands.multi, transfers.isEmpty ? Self.idleWait : 100)
    }
    for transfer in transfers.values {
      ccurl_multi_remove(commands.multi, transfer.handle)
      transfer.exchange.abandon(.failed(FetchError.shutDown))
    }
    transfers = [:]
  }

  private func obey(_ command: CommandQueue.Command) {
    switch command {
    case .start(let request, let exchange):
      guard let transfer = HTTPTransfer(request, exchange),
        ccurl_multi_add(commands.multi, transfer.handle) == CURLM_OK
      else { return exchange.abandon(.failed(FetchError.httpLibrary(.failed))) }
      transfers[ObjectIdentifier(exchange)] = transfer
    case .stop(let exchange): remove(exchange)
    }
  }

  private func reportEnded() {
    var code = CURLE_OK
    while let handle = ccurl_multi_next_done(commands.multi, &code) {
      guard let transfer = HTTPTransfer.of(handle) else { continue }
      transfer.end(code)
      remove(ObjectIdentifier(transfer.exchange))
    }
  }

  private func remove(_ exchange: ObjectIdentifier) {
    guard let transfer = transfers.removeValue(forKey: exchange) else { return }
    ccurl_multi_remove(commands.multi, transfer.handle)
  }

  private func announceNews() {
    for transfer in transfers.values where transfer.hasNews {
      transfer.hasNews = false
      transfer.exchange.announce()
    }
  }

  private func checkTimes() {
    let now = ContinuousClock.now
    let elapsed = now - lastCheck
    guard elapsed >= Self.tick else { return }
    lastCheck = now
    // A slow reader stopped all transfers, so this time must not count against the servers.
    let wasStopped = elapsed >= Self.tick * 3
    for transfer in transfers.values { transfer.exchange.check(at: now, isReadingStopped: wasStopped) }
  }
}
