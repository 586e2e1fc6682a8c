import ObjectStore
import RegistrySync
import SystemPackage

extension Failure {
  init(bundle error: BundleError) {
    switch error {
    case .bundle(let path, let problem): self.init(bundle: path, problem)
    case .vendor(let path, let problem): self.init(vendor: path, problem)
    }
  }

  /// What is wrong with a file to import.
  private init(bundle path: FilePath, _ problem: BundleProblem) {
    let again = "copy the file again, or write it anew with mmdos registry export NAME FILE --force"
    switch problem {
    case .notABundle:
      self.init(
        ExitCodes.integrity,
        "not-a-bundle",
        "\(path.quoted) is no bundle of mmdos",
        hint: "mmdos registry export NAME FILE writes one"
      )
    case .unknownVersion(let version):
      self.init(
        ExitCodes.failure,
        "bundle-version",
        "\(path.quoted) is a bundle of version '\(version)', which this mmdos does not know",
        hint: "a newer mmdos reads it"
      )
    case .firstVersion:
      self.init(
        ExitCodes.failure,
        "bundle-version",
        "\(path.quoted) is a bundle of version '1', which an older mmdos wrote and this one does not read",
        hint: "export it again with this version: mmdos registry export NAME FILE"
      )
    case .endlessHeader(let limit):
      self.init(
        ExitCodes.integrity,
        "damaged-bundle",
        "\(path.quoted) is damaged: its header does not end within \(limit) bytes",
        hint: again
      )
    case .badHeaderLine(let line):
      self.init(
        ExitCodes.integrity,
        "damaged-bundle",
        "\(path.quoted), line \(line): not a line of a bundle",
        hint: again
      )
    case .pack(let problem) where problem.isOfLimits:
      self.init(
        ExitCodes.policy,
        "too-large",
        "\(path.quoted) holds more than the policy allows: \(problem.words)",
        hint: "max_registry_cache_size_kb, max_registry_file_size_kb and max_registry_files say how much"
      )
    case .pack(let problem):
      self.init(
        ExitCodes.integrity,
        "damaged-bundle",
        "\(path.quoted) is damaged: \(problem.words)",
        hint: again
      )
    case .incomplete(let id):
      self.init(
        ExitCodes.integrity,
        "incomplete-bundle",
        "\(path.quoted) lacks object \(id), which belongs to it",
        hint: again
      )
    case .noSource(let name, let url):
      let command = ShellWord.line(["mmdos", "registry", "add", name, url, "--approved"])
      self.init(
        ExitCodes.absent,
        "no-source",
        "no configured registry has the address '\(url)', from which \(path.quoted) is",
        hint: "if you trust it: \(command)"
      )
    }
  }
}

extension Failure {
  /// What is wrong with a folder that is, or should become, a vendored registry.
  private init(vendor path: FilePath, _ problem: VendorProblem) {
    switch problem {
    case .exists(let isVendored):
      self.init(
        ExitCodes.failure,
        "exists",
        "\(path.quoted) exists" + (isVendored ? "" : " and is no vendored registry"),
        hint: isVendored ? "--force replaces it" : "name a folder that does not exist"
      )
    case .notVendored:
      self.init(
        ExitCodes.absent,
        "not-vendored",
        "\(path.quoted) has no 'mmdos-lock.json', so nothing says what it should hold",
        hint: "mmdos registry export NAME --dir DIR writes such a folder"
      )
    case .badLock:
      self.init(
        ExitCodes.integrity,
        "bad-vendor-lock",
        "'mmdos-lock.json' in \(path.quoted) does not have exactly one entry with version and tree",
        hint: "write the folder anew with mmdos registry export NAME --dir DIR --force"
      )
    case .nameTaken:
      self.init(
        ExitCodes.failure,
        "name-taken",
        "the registry has a file 'mmdos-lock.json' of its own, so it cannot be vendored into \(path.quoted)",
        hint: "mmdos registry export NAME FILE writes it into one file"
      )
    }
  }
}

extension PackProblem {
  /// Whether a pack is larger than its reader allows, rather than damaged.
  fileprivate var isOfLimits: Bool {
    switch self {
    case .tooLarge, .tooManyObjects, .badStream(_, .tooLarge): true
    case .noPack, .badStream, .wrongHash, .duplicate, .tooManyPacks, .badIndex, .unreadable, .wrongPlaces:
      false
    }
  }
}
