/// Work on several registries side by side, told in their order.
struct SideBySide {
  /// How many are worked on at once: while one waits for its server, others prove and write.
  static let width = 4

  let count: Int
  let progress: Progress

  /// Calls `work` for every index, a few at a time, and `tell` for each result in the order of the indices.
  ///
  /// - Throws: What `tell` throws; what runs then is cancelled.
  func run<Done: Sendable>(
    _ work: @escaping @Sendable (Int) async throws -> Done,
    tell: (Int, Result<Done, any Error>) throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: (Int, Result<Done, any Error>).self) { group in
      var (started, told) = (0, 0)
      var waiting: [Int: Result<Done, any Error>] = [:]
      func start() {
        let index = started
        started += 1
        group.addTask {
          do { return (index, .success(try await work(index))) } catch { return (index, .failure(error)) }
        }
      }
      while started < min(count, Self.width) { start() }
      show(told)
      for try await (index, result) in group {
        if started < count, !Task.isCancelled { start() }
        waiting[index] = result
        while let result = waiting.removeValue(forKey: told) {
          progress.finish()
          try tell(told, result)
          told += 1
        }
        show(told)
      }
      progress.finish()
    }
  }

  /// One registry shows its own progress.
  private func show(_ told: Int) {
    guard count > 1, told < count else { return }
    progress.begin("registries", totalFiles: count)
    progress.update(files: told, bytes: 0)
  }
}
