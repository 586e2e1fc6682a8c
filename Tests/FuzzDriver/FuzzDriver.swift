import Foundation
import FuzzEntries

// Built by scripts/fuzz alone, with `--sanitize fuzzer`: libFuzzer has the `main` and calls what is here.

/// The entry that `MMDOS_FUZZ_ENTRY` names; without one the names are listed.
private let entry: FuzzEntry = {
  let name = ProcessInfo.processInfo.environment["MMDOS_FUZZ_ENTRY"]
  if let found = FuzzEntry.all.first(where: { $0.name == name }) { return found }
  for entry in FuzzEntry.all { print(entry.name) }
  exit(name == "list" ? 0 : 64)
}()

/// Called by libFuzzer before the first input.
@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
  _ = entry
  return 0
}

/// Called by libFuzzer for each input; whatever ends the process is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
func test(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  if let violation = entry.run(Array(UnsafeBufferPointer(start: bytes, count: count))) {
    fatalError("\(entry.name): \(violation)")
  }
  return 0
}
