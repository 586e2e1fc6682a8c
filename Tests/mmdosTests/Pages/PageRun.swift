import Foundation
import SystemPackage
import TestServers
import TestSupport

/// Runs all blocks of a page in order by one shell, as each goes on where the one before ended, in an empty folder.
///
/// `SITE` is a folder that is served as `https://registry.example/`, `REPOSITORY` is this repository.
struct PageRun {
  let scratch: ScratchFolder
  let result: Program.Result
  /// What each block that was begun has printed, by its place in the page.
  let outputs: [Int: [String]]
  /// Where the last block that was begun stands.
  let place: String

  /// - Throws: What the server or the shell throws when it does not start.
  init(_ page: Page) async throws {
    let scratch = try ScratchFolder(page.path)
    let site = try scratch.makeFolder("site")
    let server = try await NginxServer(serving: site)
    let proxy = try await ConnectProxy(.leadTo(port: server.port(.http2)))
    let environment = try Self.environment(scratch, site, server, proxy)
    let shell = Program(path: "/bin/sh", folder: try scratch.makeFolder("empty"), environment: environment)
    result = try await shell.run(["-c", Self.script(page)], timeLimit: .seconds(240))
    await proxy.stop()
    await server.stop()
    var outputs: [Int: [String]] = [:]
    for index in page.blocks.indices {
      guard let bytes = try? scratch.read("said/\(index)") else { continue }
      var lines = String(decoding: bytes, as: UTF8.self).split(
        separator: "\n",
        omittingEmptySubsequences: false
      )
      if lines.last == "" { lines.removeLast() }
      outputs[index] = lines.map(String.init)
    }
    self.outputs = outputs
    self.scratch = scratch
    place = outputs.keys.max().map { "\(page.path):\(page.blocks[$0].line)" } ?? page.path
  }

  private static func environment(
    _ scratch: ScratchFolder,
    _ site: FilePath,
    _ server: NginxServer,
    _ proxy: ConnectProxy
  ) throws -> [String: String] {
    let mmdos = try Program.mmdos().path
    return [
      "PATH": "\(mmdos.removingLastComponent().string):/usr/bin:/bin",
      "HOME": try scratch.makeFolder("home").string, "TMPDIR": try scratch.makeFolder("tmp").string,
      "XDG_STATE_HOME": try scratch.makeFolder("state").string,
      "SAID": try scratch.makeFolder("said").string, "SITE": site.string,
      "REPOSITORY": Page.repository.path, "HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)",
      "SSL_CERT_FILE": server.authority.string,
      "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
      "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
    ]
  }

  /// The commands of all blocks, each of which prints into a file of its own.
  private static func script(_ page: Page) -> String {
    var script = "set -eu\n"
    for (index, block) in page.blocks.enumerated() {
      var commands = block.commands.joined(separator: "\n")
      if block.isBuild {
        commands = "make() { command make -n -C \"$REPOSITORY\" \"$@\"; }\n\(commands)\nunset -f make"
      }
      let file = "\"$SAID/\(index)\""
      guard let code = block.exitCode else {
        script += "{\n\(commands)\n} >\(file) 2>&1\n"
        continue
      }
      script += "code=0\n(\n\(commands)\n) >\(file) 2>&1 || code=$?\n"
      script += "[ \"$code\" = \(code) ] || { echo \"exit $code instead of \(code)\" >&2; exit 99; }\n"
    }
    return script
  }
}
