/// A command that meets what was forged, and what it may do.
struct ForgedCommand: Sendable {
  enum Kind: Sendable {
    /// Reads, and changes nothing at all.
    case reading
    /// Writes: what it writes outside the cache has to be what it writes without a forgery.
    case writing
    /// Writes; after success the view is what it is without a forgery.
    case building
  }

  let words: [String]
  let kind: Kind
  /// What it prints is taken for the content in use; nothing forged may be in it, not even with a warning.
  var speaksForUse = false
  /// Whether the publisher has a newer release when it runs.
  var hasNewRelease = false
  /// One of the few that each consistent forgery meets in several settings.
  var isDecisive = false

  /// As typed.
  var line: String { words.joined(separator: " ") }

  private static func reading(_ line: String, speaks: Bool = false, decisive: Bool = false) -> Self {
    Self(words: split(line), kind: .reading, speaksForUse: speaks, isDecisive: decisive)
  }

  private static func writing(
    _ line: String,
    builds: Bool = false,
    speaks: Bool = false,
    new: Bool = false,
    decisive: Bool = false
  ) -> Self {
    Self(
      words: split(line + " --approved"),
      kind: builds ? .building : .writing,
      speaksForUse: speaks,
      hasNewRelease: new,
      isDecisive: decisive
    )
  }

  private static func split(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

  /// Every command of the program; a test compares them with docs/cli.md.
  static let all: [ForgedCommand] = reports + catalogs + previews + syncs + writers

  /// Commands that are not met: two that read no cache, and one that writes nothing but ids of contents that the user was
  /// shown.
  static let left: Set<String> = ["registry serve", "registry scaffold", "registry audit accept"]

  private static let reports: [ForgedCommand] = [
    reading("registry list", decisive: true), reading("registry list --json"), reading("registry status"),
    reading("registry status --json"), reading("registry show web", decisive: true),
    reading("registry show web --json"), reading("registry verify web", decisive: true),
    reading("registry verify --all"), reading("registry verify --dir ../vendored"),
    reading("registry log web"), reading("registry reflog web"), reading("registry sbom --cyclonedx -"),
    reading("registry report --html -"), reading("registry report web --html -"),
    reading("registry log web --stat"),
    reading("registry log web --json"),
    reading("registry diff web"), reading("registry diff web v1.0.0 latest"),
    reading("registry cat web catalog/.ai/skills/hello.md"),
    reading("registry cat web@latest catalog/.ai/skills/hello.md"),
    reading("registry cat web@v1.0.0 catalog/.ai/skills/hello.md"), reading("registry ls web"),
    reading("registry audit show web"), reading("registry lock"),
    reading("registry lock --check", decisive: true),
    reading("registry trust list"), reading("registry trust show acme-2026"),
    reading("registry trust verify"),
    reading("registry cache stats"), reading("fsck"), reading("fsck --verbose"),
  ]

  private static let catalogs: [ForgedCommand] = [
    reading("catalog list --source remote:web", speaks: true, decisive: true),
    reading("catalog list --json", speaks: true),
    reading("catalog search --source remote:web text", speaks: true),
    reading("catalog show --source remote:web hello", speaks: true, decisive: true),
    reading("catalog categories --source remote:web", speaks: true), reading("catalog status", speaks: true),
    reading("plugin list", speaks: true), reading("plugin show tool", speaks: true),
    reading("plugin status", speaks: true), reading("plugin validate", speaks: true),
    reading("plugin outdated", speaks: true), reading("catalog targets"),
  ]

  /// Without approval a command that writes only says what it would do.
  private static let previews: [ForgedCommand] = [
    reading("registry sync web"), reading("registry checkout web v1.0.0"), reading("registry pin web"),
    reading("catalog install --source remote:web --diff hello", speaks: true, decisive: true),
    reading("plugin update --diff tool", speaks: true), reading("registry cache clear --unreachable"),
    reading("registry remove web"), reading("registry import ../next.bundle"),
  ]

  private static let syncs: [ForgedCommand] = [
    writing("registry sync web", builds: true, decisive: true),
    writing("registry sync web", builds: true, new: true, decisive: true),
    writing("registry sync --all", builds: true),
    writing("registry sync web --offline", builds: true, decisive: true),
    writing("registry sync web --locked", builds: true),
    writing("registry sync web --dry-run --diff", new: true),
    writing("registry verify web --repair", builds: true),
    writing("registry import ../next.bundle", builds: true),
    writing("registry checkout web v1.0.0", builds: true),
    writing("registry checkout web v1.1.0", builds: true),
    writing("registry checkout web latest", builds: true, decisive: true),
    writing("registry pin web", decisive: true), writing("registry pin web latest"),
    writing("registry unpin web"),
  ]

  private static let writers: [ForgedCommand] = [
    writing("catalog install --source remote:web hello", speaks: true, decisive: true),
    writing("plugin update tool", speaks: true), writing("plugin remove tool", speaks: true),
    writing("plugin install ../folder/catalog/other.yaml", speaks: true),
    Self(
      words: split("registry export web ../out/file"),
      kind: .writing,
      speaksForUse: true,
      isDecisive: true
    ),
    Self(words: split("registry export web --dir ../out/dir"), kind: .writing, speaksForUse: true),
    writing("registry lock --resign"), writing("registry keygen"), writing("init"), writing("migrate"),
    writing("registry set web --trust-level community"),
    writing("registry add more http://127.0.0.1:9/x/catalog.yaml"), writing("registry remove web"),
    writing("registry remove side"), writing("registry trust remove acme-2026"),
    writing("registry trust revoke acme-2026"), writing("registry trust sync"),
    writing("registry trust add more --name More --file ../more.pub"), writing("registry cache clear"),
    writing("registry cache clear web"), writing("registry cache clear --unreachable"),
    writing("registry cache clear --keep 1"), writing("registry cache link ../lender"),
    writing("registry cache unlink ../lender"),
    Self(words: split("registry publish ../folder --version 3.0.0"), kind: .writing),
  ]
}
