import ArgumentParser
import Formats
import RegistryModel
import RegistrySync
import SystemPackage

/// The command `mmdos registry cache stats`.
struct CacheStats: Command {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Show what the cache holds: sizes, sharing, compression, and for whom.",
    examples: ["mmdos registry cache stats"],
    discussion: """
      Changes nothing. 'alone' is what no other registry has: what clearing that registry frees. 'shared' is what several \
      registries have, 'linked' what other stores share by hard links.
      """
  )

  @OptionGroup var global: GlobalOptions

  func run(in session: Session) throws -> Int32 {
    let project = try session.project()
    let statistics = try CacheStatistics.read(project, lockTimeout: session.options.lockTimeout)
    if session.options.isJSON {
      session.console.print(statistics?.json ?? .object([("objects", .null)]))
    } else if let statistics {
      statistics.show(in: session)
    } else {
      session.console.print("no cache yet")
    }
    return ExitCodes.done
  }
}

extension CacheStatistics {
  fileprivate func show(in session: Session) {
    var table = Table([
      Table.Column(""), Table.Column("snapshots", .right), Table.Column("objects", .right),
      Table.Column("raw", .right), Table.Column("stored", .right), Table.Column("alone", .right),
    ])
    for registry in registries {
      table.append(
        [SafeText(registry.name.description), "\(registry.snapshotCount)"] + registry.all.cells
          + [Quantity.bytes(registry.alone.storedBytes)]
      )
    }
    for (title, amount) in [
      ("all", total), ("shared", shared), ("unreachable", unreachable), ("linked", linked),
    ] {
      table.append([SafeText(title), ""] + amount.cells)
    }
    session.console.print(table)
    if let compressionRatio {
      let hundredths = Int((compressionRatio * 100).rounded())
      let digits = hundredths % 100
      session.console.print("compression  \(hundredths / 100).\(digits < 10 ? "0" : "")\(digits)")
    }
    for path in alternates { session.console.print("linked to    \(SafeText(path.string))") }
    if damagedCount > 0 {
      session.console.warn("\(Quantity.count(damagedCount, "object")) cannot be read; see mmdos fsck")
    }
  }

  fileprivate var json: JSONValue {
    .object([
      ("objects", total.json), ("shared", shared.json), ("unreachable", unreachable.json),
      ("linked", linked.json), ("damaged", .number(damagedCount)),
      ("compression_ratio", compressionRatio.map { .number($0) } ?? .null),
      (
        "registries",
        .array(
          registries.map { registry in
            .object([
              ("registry", .string(registry.name.description)),
              ("snapshots", .number(registry.snapshotCount)),
              ("objects", registry.all.json), ("alone", registry.alone.json),
            ])
          }
        )
      ),
      ("alternates", .array(alternates.map { .string($0.string) })),
    ])
  }
}

extension CacheStatistics.Amount {
  fileprivate var cells: [SafeText] {
    ["\(count)", Quantity.bytes(rawBytes), Quantity.bytes(storedBytes)]
  }

  fileprivate var json: JSONValue {
    .object([
      ("count", .number(count)), ("raw_bytes", .number(rawBytes)), ("stored_bytes", .number(storedBytes)),
    ])
  }
}
