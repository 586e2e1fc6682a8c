import Foundation
import RegistryModel
import Refs
import SystemPackage
import TestSupport
import Testing

/// Vouchers as the program under test makes them: for records that a test writes as if it had been killed there.
enum TestVoucher {
  /// The voucher over a hint of a project, 64 hex digits.
  static func make(
    _ statement: String,
    kind: String,
    project: FilePath,
    registry: String = ""
  ) throws -> String {
    let key = try #require(Program.machineKey.flatMap { MachineKey(bytes: $0) })
    let real = URL(fileURLWithPath: project.string).resolvingSymlinksInPath().path
    let scope = MachineKey.Scope(project: real, registry: registry)
    let code = key.voucher(for: Array(statement.utf8), as: kind, in: scope)
    return try #require(Voucher(bytes: code)).description
  }

  /// A pending record that the program under test takes for its own.
  static func pending(_ old: String, _ new: String, of registry: String, in project: FilePath) throws
    -> String
  {
    let statement = "pending 2\n\(old)\n\(new)\n"
    return statement
      + "voucher \(try make(statement, kind: "pending", project: project, registry: registry))\n"
  }
}
