import Disk

extension FileSystemAbility {
  /// What is missing, and what follows from it for the promises of docs/reliability.md.
  var words: String {
    switch self {
    case .folderFlush:
      "it cannot make the names in a folder durable: a power cut may undo what a command said was done"
    case .wholeFlush:
      "it cannot make everything durable in one call: files are flushed one by one, which is slower"
    case .locks:
      "it has no locks: one process at a time writes, by a file NAME.held, and readers do not wait for writers"
    case .exchange: "it cannot exchange folders: views are replaced file by file"
    case .move: "it cannot move some of its folders: they are emptied where they are"
    case .links: "it has no hard links: files are copied"
    case .clones: "files cannot share their blocks: they are linked or copied"
    }
  }
}
