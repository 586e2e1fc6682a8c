import Formats
import ObjectStore
import Refs
import RegistryModel
import TestSupport

@testable import RegistrySync

extension FuzzEntry {
  static let sync: [FuzzEntry] = [
    FuzzEntry("bundle-header") { bytes in
      guard let header = try? BundleHeader.decode(bytes) else { return nil }
      return violation("a header has two forms", unless: header.encode() == bytes)
    },
    FuzzEntry("bundle") { input in
      // The pack needs the right hash at its end.
      let start = input.firstRange(of: Array("\n\n".utf8))?.upperBound ?? input.count
      let bytes = input[..<start] + sealed(Array(input[start...]))
      guard let scratch = try? ScratchFolder("fuzz-bundle"),
        let path = try? scratch.write("b", Array(bytes))
      else {
        return "no scratch file"
      }
      guard let bundle = try? Bundle(path, within: Limits()) else { return nil }
      _ = try? bundle.history()
      return violation("an opened bundle has no snapshot", unless: !bundle.header.snapshots.isEmpty)
    },
    FuzzEntry("vendored-folder") { bytes in
      guard let scratch = try? ScratchFolder("fuzz-vendored") else { return "no scratch folder" }
      let names = ["mmdos-lock.json", "manifest.json", "catalog.yaml", "checksums.json"]
      for (name, piece) in zip(names, bytes.pieces) {
        guard (try? scratch.write(name, piece)) != nil else { return "no scratch file" }
      }
      _ = try? VendoredCheck(scratch.path, by: nil).run()
      return nil
    },
    FuzzEntry("install-journal") { bytes in
      guard let journal = InstallJournal.decode(bytes) else { return nil }
      return violation("a journal has two forms", unless: journal.encode() == bytes)
    },
    FuzzEntry("install-record") { bytes in
      guard let record = try? InstallRecord.parse(bytes) else { return nil }
      guard let again = try? InstallRecord.parse(record.encode()) else {
        return "a written record does not parse"
      }
      return violation("a written record is another one", unless: again.encode() == record.encode())
    },
    FuzzEntry("state") { bytes in
      _ = RegistryState.parse(bytes, vouchedBy: EveryVoucher())
      return nil
    },
    FuzzEntry("view-index") { bytes in
      guard let index = ViewIndexCoding.decode(bytes, vouchedBy: EveryVoucher()) else { return nil }
      for number in index.sections.indices { _ = index.folders(in: number) }
      guard let again = ViewIndexCoding.encode(index, vouchedBy: EveryVoucher()) else { return "no voucher" }
      // The voucher is another one; it stands behind the name of the format.
      let start = "mmdos-index 2\n".utf8.count + Voucher.byteCount
      return violation("an index has two forms", unless: again.dropFirst(start) == bytes.dropFirst(start))
    },
    FuzzEntry("content-facts") { bytes in
      guard let value = try? StrictJSON.parse(bytes), let facts = ContentFacts(json: value) else {
        return nil
      }
      return violation("written facts are other ones", unless: ContentFacts(json: facts.json) == facts)
    },
    FuzzEntry("evidence") { bytes in
      guard let entries = EvidenceLog.parse(bytes) else { return nil }
      // Times are written in whole seconds.
      let lines = entries.map(\.line)
      let again = EvidenceLog.parse(Array(lines.joined().utf8))
      return violation("written evidence is other evidence", unless: again?.map(\.line) == lines)
    },
    FuzzEntry("scaffold-record") { bytes in
      let record = ScaffoldRecord(parsing: bytes)
      let again = ScaffoldRecord(parsing: record.encode())
      return violation("a written record is another one", unless: again.files == record.files)
    },
    FuzzEntry("line-ends") { bytes in
      guard let restored = ConvertedLineEnds.restored(bytes) else { return nil }
      let hasPair = zip(restored, restored.dropFirst()).contains { $0 == 0x0D && $1 == 0x0A }
      // CR CR LF keeps its first CR.
      let hadThree = zip(bytes, bytes.dropFirst()).contains { $0 == 0x0D && $1 == 0x0D }
      return violation("a line end is left converted", unless: !hasPair || hadThree)
    },
  ]
}

/// Takes every voucher for right, so that what only a voucher lets in is read as well.
private struct EveryVoucher: Notary {
  func voucher(for bytes: [UInt8], as kind: VoucherKind) -> Voucher? {
    Voucher(bytes: [UInt8](repeating: 0, count: Voucher.byteCount))
  }

  func isRight(_ voucher: Voucher, for bytes: [UInt8], as kind: VoucherKind) -> Bool { true }
}
