/// The times of files, which are compared with each other and never with what an operation judges by.
package enum FileTime {
  /// A change of a file from now on gets a later time than this, in nanoseconds since 1970.
  ///
  /// Not the time at which the operation began, as files that it wrote since are later than that.
  package static func settled() -> Int64 {
    let (seconds, nanoseconds) = WallClock.read()
    // File times lag behind the clock by up to a timer tick.
    return seconds.multipliedClamped(by: 1_000_000_000).addingClamped(nanoseconds).addingClamped(-20_000_000)
  }
}
