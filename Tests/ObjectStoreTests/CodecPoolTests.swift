import Synchronization
import Testing

@testable import Disk
@testable import ObjectStore

struct CodecPoolTests {
  private final class Codec: Sendable {}

  @Test func codecThatWasGivenBackIsLentAgain() {
    let pool = CodecPool { Codec() }
    let first = pool.withCodec { $0 }
    #expect(pool.withCodec { $0 === first })
    let taken = pool.take()
    #expect(taken === first)
    #expect(pool.withCodec { $0 !== first })
    pool.giveBack(taken)
  }

  @Test func codecIsGivenBackAfterAFailure() {
    struct Failure: Error {}
    let pool = CodecPool { Codec() }
    let first = pool.withCodec { $0 }
    #expect(throws: Failure.self) { try pool.withCodec { _ throws(Failure) in throw Failure() } }
    #expect(pool.take() === first)
  }

  @Test func noCodecIsLentTwiceAtATime() {
    let pool = CodecPool { Codec() }
    let lent = Mutex<[ObjectIdentifier]>([])
    let wasShared = Mutex(false)
    Parallel.forEach(count: 5000) { _ throws(Never) in
      pool.withCodec { codec in
        let id = ObjectIdentifier(codec)
        let isShared = lent.withLock { list in
          defer { list.append(id) }
          return list.contains(id)
        }
        if isShared { wasShared.withLock { $0 = true } }
        lent.withLock { list in list.removeAll { $0 == id } }
      }
    }
    #expect(!wasShared.withLock { $0 })
  }
}
