/// An amount of memory as people write it: bytes, or a share of what the machine has.
package enum MemorySize: Equatable, Sendable {
  case bytes(Int)
  /// Above 0 and at most 1.
  case share(Double)

  private static let units = [
    ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("B", 1), ("", 1),
  ]

  /// Reads `2GiB`, `512MiB`, `1048576` or `25%`; nil for anything else.
  package init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let percent = Int(text.dropLast()), (1...100).contains(percent) else { return nil }
      self = .share(Double(percent) / 100)
      return
    }
    guard let (unit, size) = Self.units.first(where: { text.hasSuffix($0.0) }),
      let count = Int(text.dropLast(unit.count)), count >= 0
    else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
    guard !overflow else { return nil }
    self = .bytes(bytes)
  }

  /// The amount in bytes; nil for a share of an unknown total.
  func bytes(of total: Int?) -> Int? {
    switch self {
    case .bytes(let bytes): bytes
    case .share(let share): total.map { Int(Double($0) * share) }
    }
  }

  /// Bytes in the largest unit that leaves at least 1, such as `1.5 GiB`.
  package static func text(_ bytes: Int) -> String {
    for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where bytes >= size {
      let tenths = (Double(bytes) / Double(size) * 10).rounded() / 10
      return "\(tenths) \(unit)"
    }
    return "\(bytes) B"
  }
}
