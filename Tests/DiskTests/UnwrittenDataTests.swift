import Testing

@testable import Disk

/// One flush of a file system writes what all programs wrote: the lines of /proc/meminfo say how much that is.
struct UnwrittenDataTests {
  @Test func dirtyPagesAndThoseBeingWrittenCount() {
    let text = """
      MemTotal:       24683520 kB
      Dirty:              1500 kB
      Writeback:            24 kB
      WritebackTmp:         99 kB
      """
    #expect(UnwrittenData.total(in: text) == Int64(1524 << 10))
  }

  @Test(arguments: [
    "", "Dirty: 1 kB", "Writeback: 1 kB", "Dirty: x kB\nWriteback: 1 kB", "Dirty:\nWriteback:",
  ])
  func incompleteTextSaysNothing(text: String) {
    #expect(UnwrittenData.total(in: text) == nil)
  }

  @Test func absurdNumbersDoNotOverflow() {
    #expect(UnwrittenData.total(in: "Dirty: \(Int64.max) kB\nWriteback: \(Int64.max) kB") == .max)
    #expect(UnwrittenData.isMostly(files: .max, bytes: .max))
  }
}
