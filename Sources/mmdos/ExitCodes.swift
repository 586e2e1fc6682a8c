/// The exit codes (DESIGN section 7).
enum ExitCodes {
  static let done: Int32 = 0
  static let failure: Int32 = 1
  static let approvalNeeded: Int32 = 2
  static let integrity: Int32 = 3
  static let policy: Int32 = 4
  static let network: Int32 = 5
  static let absent: Int32 = 6
  static let busy: Int32 = 7
  static let usage: Int32 = 64
  static let interrupted: Int32 = 130
  static let terminated: Int32 = 143
}
