/// A code that says that this machine wrote a hint for this project (DESIGN section 8a): 32 bytes.
///
/// This target neither makes nor checks one; a `Notary` does.
package struct Voucher: Equatable, Sendable, CustomStringConvertible {
  /// The number of bytes.
  package static let byteCount = 32

  package let bytes: [UInt8]

  /// Nil unless there are 32 bytes.
  package init?(bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Reads 64 lower-case hex digits; nil for anything else.
  package init?(hex: some StringProtocol) {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in hex.utf8 {
      guard bytes.count < Self.byteCount, let value = Self.value(ofDigit: digit) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    guard high == nil else { return nil }
    self.init(bytes: bytes)
  }

  /// 64 lower-case hex digits.
  package var description: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}

/// What a voucher is for; the kind is part of what is vouched for, so that one hint cannot stand in for another.
package struct VoucherKind: Equatable, Sendable {
  package let name: String

  package init(name: String) {
    self.name = name
  }

  /// A line of a reflog.
  package static let reflog = VoucherKind(name: "reflog")
  /// A pending record.
  package static let pending = VoucherKind(name: "pending")
}

/// Makes and checks the vouchers of one registry in one project.
package protocol Notary: Sendable {
  /// The voucher for a hint's bytes; nil where this machine has no key.
  func voucher(for bytes: [UInt8], as kind: VoucherKind) -> Voucher?

  /// Whether this machine made the voucher, for these bytes and this kind.
  func isRight(_ voucher: Voucher, for bytes: [UInt8], as kind: VoucherKind) -> Bool
}

/// Vouches for nothing: for stores that others read as well, where no hint is believed.
package struct NoNotary: Notary {
  package init() {}

  package func voucher(for bytes: [UInt8], as kind: VoucherKind) -> Voucher? { nil }

  package func isRight(_ voucher: Voucher, for bytes: [UInt8], as kind: VoucherKind) -> Bool { false }
}
