import Formats
import ObjectStore
import RegistryModel
import RegistrySync

/// The text about a finished sync.
struct SyncReportText {
  let report: SyncReport
  /// The installed plugins that have an update by now, or were withdrawn.
  let offers: [PluginOffer]
  let isVerbose: Bool

  init(_ report: SyncReport, _ offers: [PluginOffer], isVerbose: Bool) {
    (self.report, self.offers, self.isVerbose) = (report, offers, isVerbose)
  }

  func print(to console: Console) {
    let name = SafeText(report.registry.description)
    let time = Quantity.duration(report.duration)
    switch report.outcome {
    case .upToDate:
      console.print("\(name): already up to date (version \(SafeText(report.version)), \(time))")
    case .updated, .fetched:
      let counts = ChangeCounts(report.changes)
      let verb = report.outcome == .updated ? "synced" : "fetched, not switched (pinned):"
      console.print(
        "\(name): \(verb) version \(SafeText(report.version)), snapshot \(report.snapshot.abbreviated)"
      )
      console.print(
        "  \(counts.added) added, \(counts.changed) changed, \(counts.removed) removed, "
          + "\(report.reusedCount) of \(report.fileCount) reused"
      )
      console.print(
        "  \(Quantity.bytes(report.fetchedBytes)) fetched, \(Quantity.bytes(report.savedBytes)) saved, \(time)"
      )
      if isVerbose { printPacks(console) }
      console.print("  manifest \(report.manifest)")
      let notes = report.trust.notes.filter { !$0.isWarning }.lines(isVerbose: isVerbose)
      for line in notes { console.print("  \(line)") }
    }
    for line in PlacesText(report.places).lines { console.print(line) }
    let withheld = WithheldText(report.withheld, of: report.registry, isVerbose: isVerbose)
    for line in withheld.lines(indent: 2) { console.print(line) }
    for offer in offers { console.print("  plugin " + offer.line) }
  }
}

extension SyncReportText {
  /// What packs brought, and why not more; nothing where they were not asked for.
  private func printPacks(_ console: Console) {
    let use = report.packs
    if use.count > 0 {
      console.print("  \(Quantity.count(use.count, "pack")), \(Quantity.bytes(use.bytes))")
    }
    switch use.problem {
    case nil: break
    case let problem as TextProblem: console.print("  packs not used: packs.json: \(problem.words)")
    case is PackProblem: console.print("  packs not used to the end: one is not a pack, or is cut off")
    case let error?: console.print("  packs not used: \(Failure(error).message)")
    }
  }
}

extension ChangeCounts {
  var json: JSONValue {
    .object([("added", .number(added)), ("changed", .number(changed)), ("removed", .number(removed))])
  }
}

extension SyncReport {
  func json(_ offers: [PluginOffer]) -> JSONValue {
    let word =
      switch outcome {
      case .upToDate: "up-to-date"
      case .updated: "updated"
      case .fetched: "fetched"
      }
    let milliseconds =
      duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    return .object([
      ("registry", .string(registry.description)), ("outcome", .string(word)),
      ("snapshot", .string(snapshot.description)), ("manifest", .string(manifest.description)),
      ("version", .string(version)), ("files", ChangeCounts(changes).json),
      ("file_count", .number(fileCount)),
      ("fetched_files", .number(fetchedCount)), ("reused_files", .number(reusedCount)),
      ("fetched_bytes", .number(fetchedBytes)), ("saved_bytes", .number(savedBytes)),
      ("packs", .number(packs.count)),
      ("places", PlacesText(places).json),
      ("trust", .string(trust.trust.rawValue)),
      ("signers", trust.signers.json),
      ("milliseconds", .number(milliseconds)),
      ("withheld", WithheldText(withheld, of: registry, isVerbose: true).json),
      ("warnings", .array(warnings.map { .string($0.words) })),
      ("plugins", .array(offers.map(\.json))),
    ])
  }
}

extension SyncWarning {
  /// The text of the warning.
  var words: String {
    switch self {
    case .missingPluginFile(let slug):
      "the catalog lists '\(slug)', but the registry has no catalog/\(slug).yaml"
    case .catalog(let warning): warning.words
    case .policy(let warning): warning.words
    case .trust(let note): note.words
    case .lockEntry(let note): "\(note.words); it is written anew"
    case .pinRestored:
      "it was pinned here, and another tool wrote its lock entry without the pin: the pin is put back, mmdos registry unpin NAME removes it"
    case .lockEntryCorrected(let found):
      "the lock entry was changed by hand and is written anew: \(found.words)"
    case .lockEntryLosesCodes:
      "the project's key is not here, so the lock entry is written without codes; whoever has the key adopts it with mmdos registry lock --resign"
    case .healed(let count): "\(Quantity.count(count, "damaged or lost file")) fetched again"
    case .viewRestored(let count):
      "the view differed from the snapshot in \(Quantity.count(count, "place")) and was written anew"
    case .viewOfOtherPolicy(let coming, let leaving):
      "the policy changed since the view was written, which was written anew: \(Quantity.count(coming, "file")) came, \(leaving) went"
    case .historyRefused(let version, let error):
      "version \(version) of the history was left out: \(Failure(error).message)"
    case .viewNotExchanged: "this file system cannot exchange folders, so the view was replaced file by file"
    case .viewMounted(let place):
      "the view's folder is mounted at \(place.quoted), so it was kept and its files were replaced one by one"
    case .audit(let finding): "\(finding.place): \(finding.words)"
    case .auditMore(let warnings, let notes):
      "the audit found \(AuditRest.words(warnings, notes)); mmdos registry audit NAME lists them"
    case .auditRefusal(let count):
      "the audit would refuse this: \(Quantity.count(count, "critical finding"))"
    case .place(let place):
      "\(place.isMirror ? "the mirror" : "the registry's own url") \(place.failureWords ?? place.url); another place served"
    case .moved(let name, let url):
      "the registry moved to '\(url)'; mmdos registry set \(name) --url \(url) --approved takes it from there"
    case .alternateUnavailable(let path): "the alternate '\(path)' cannot be opened"
    case .sharedStoreNotListed(let path):
      "the policy's shared_store '\(path)' is not used: shared_stores of your own configuration does not list it"
    case .sharedStore(let path, let error):
      "the shared store '\(path)' is not used: \(Failure(error).message)"
    }
  }
}
