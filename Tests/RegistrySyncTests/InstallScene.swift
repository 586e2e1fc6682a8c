import Disk
import Foundation
import ObjectStore
import SystemPackage
import TestSupport
import Testing

@testable import RegistryModel
@testable import RegistrySync

/// A project with plugins to install from its local catalog, on a disk of the test's choice.
struct InstallScene {
  let scratch: ScratchFolder
  let disk: any Disk

  var root: FilePath { scratch.path.appending("project") }

  init(_ name: String = #function, disk: any Disk = PosixDisk()) throws {
    scratch = try ScratchFolder(name)
    self.disk = disk
    try scratch.makeFolder("project/.ai")
    try writePlugin(version: "1.0.0", files: [".ai/skills/a.md": "a 1\n", "adapters/deep/b.md": "b 1\n"])
  }

  /// Puts a plugin `demo` into the local catalog.
  func writePlugin(version: String, files: [String: String], manifest: String = "") throws {
    try scratch.write(
      "project/.ai/plugins/catalog.yaml",
      text: """
        catalog:
          plugins:
            - slug: "demo"
              name: "Demo"
              version: "\(version)"
              description: "d"
              category: "c"

        """
    )
    let list = files.keys.sorted().map { "  - \"\($0)\"\n" }.joined()
    try scratch.write(
      "project/.ai/plugins/catalog/demo.yaml",
      text: """
        name: "Demo"
        slug: "demo"
        version: "\(version)"
        description: "d"
        author: "a"
        allowed_file_patterns:
        \(list)\(manifest)
        """
    )
    for (path, text) in files { try scratch.write("project/.ai/plugins/catalog/\(path)", text: text) }
  }

  func project() throws -> Project {
    try Project.find(
      target: root,
      workingFolder: "/",
      machineKey: MachineKeyFile(in: scratch.path.appending("state/mmdos"), disk: PosixDisk()),
      disk: disk
    )
  }

  func package(_ slug: String = "demo") throws -> PluginPackage {
    try PluginSources(project(), lockTimeout: .seconds(20), isActing: true)
      .read(PluginSlug(parsing: slug), from: .local, expecting: nil)
  }

  func installer(isForced: Bool = false) throws -> PluginInstaller {
    var choices = InstallChoices()
    choices.isForced = isForced
    return try installer(choices)
  }

  func installer(_ choices: InstallChoices) throws -> PluginInstaller {
    let project = try project()
    return PluginInstaller(
      project,
      policy: try project.readPolicy(),
      choices: choices,
      lockTimeout: .seconds(20)
    )
  }

  @discardableResult
  func install(isForced: Bool = false) throws -> InstallPlan {
    try installer(isForced: isForced).run(.install(package()))
  }

  @discardableResult
  func remove(isForced: Bool = false) throws -> InstallPlan {
    try installer(isForced: isForced).run(.remove(PluginSlug(parsing: "demo")))
  }

  func write(_ path: String, _ text: String) throws { try scratch.write("project/\(path)", text: text) }

  func read(_ path: String) throws -> String {
    String(decoding: try scratch.read("project/\(path)"), as: UTF8.self)
  }

  func has(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appending(path).string) }

  /// Every file of the project with its content, without the cache and the catalog to install from.
  func files() throws -> [String: String] {
    var files: [String: String] = [:]
    let names = FileManager.default.enumerator(atPath: root.string)
    while let path = names?.nextObject() as? String {
      if path.hasPrefix(".ai/registry-cache") || path.hasPrefix(".ai/plugins/catalog") { continue }
      let kind = names?.fileAttributes?[.type] as? FileAttributeType
      if kind == .typeDirectory {
        files[path + "/"] = ""
      } else if kind == .typeSymbolicLink {
        files[path] =
          "-> " + (try FileManager.default.destinationOfSymbolicLink(atPath: root.appending(path).string))
      } else {
        files[path] = try read(path)
      }
    }
    return files
  }
}
