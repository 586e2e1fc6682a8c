import RegistrySync

/// Shows the progress of a sync: a bar on a terminal, else only that it waits for a lock.
struct SyncProgressView: Sendable {
  private let console: Console
  private let name: SafeText

  init(_ console: Console, name: String) {
    self.console = console
    self.name = SafeText(name)
  }

  func show(_ progress: SyncProgress) {
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
    console.progress.finish()
  }
}
