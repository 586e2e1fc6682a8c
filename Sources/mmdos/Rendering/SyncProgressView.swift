import RegistrySync

/// Shows the progress of a sync: a bar on a terminal, else only that it waits for a lock.
struct SyncProgressView: Sendable {
  private let console: Console
  private let name: SafeText
  private let isAlone: Bool

  /// `isAlone`: False while other registries are synced as well: there is one line for all.
  init(_ console: Console, name: String, isAlone: Bool = true) {
    self.console = console
    self.name = SafeText(name)
    self.isAlone = isAlone
  }

  func show(_ progress: SyncProgress) {
    if !isAlone, progress != .waitingForLock { return }
    switch progress {
    case .waitingForLock: console.note("waiting for another mmdos to finish with \(name)")
    case .manifest: console.progress.begin("\(name): manifest")
    case .checking: console.progress.begin("\(name): proving what is here")
    case .downloading(let done, let total, let bytes):
      if done <= 1 { console.progress.begin(name, totalFiles: total) }
      console.progress.update(files: done, bytes: UInt64(clamping: bytes))
    case .storing: console.progress.begin("\(name): writing")
    }
  }

  func end() {
    if isAlone { console.progress.finish() }
  }
}
