import CCurl

/// The work of the network thread: takes commands, lets libcurl move bytes, reports what ended.
final class HTTPLoop {
  /// How often limits on time are checked, and so how exactly they are kept.
  private static let tick = Duration.milliseconds(100)
  /// How long the thread sleeps while there is nothing to do.
  private static let idleWait: CInt = 60_000

  private let commands: CommandQueue
  private var transfers: [ObjectIdentifier: HTTPTransfer] = [:]
  private var lastCheck = ContinuousClock.now

  init(_ commands: CommandQueue, maxConnectionsToHost: Int) {
    self.commands = commands
    // Refused only by a libcurl that does not know the option; then callers' own limit has to do.
    ccurl_multi_set_long(commands.multi, CURLMOPT_MAX_HOST_CONNECTIONS, max(1, maxConnectionsToHost))
    // Else it keeps four times as many as there are transfers at the moment, and closes the others.
    ccurl_multi_set_long(commands.multi, CURLMOPT_MAXCONNECTS, max(1, maxConnectionsToHost) * 2)
  }

  /// Runs until the queue is closed; transfers under way then fail with `FetchError.shutDown`.
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
    // A reader that was behind stopped all transfers: no server can be blamed for that time.
    let wasStopped = elapsed >= Self.tick * 3
    for transfer in transfers.values { transfer.exchange.check(at: now, isReadingStopped: wasStopped) }
  }
}
