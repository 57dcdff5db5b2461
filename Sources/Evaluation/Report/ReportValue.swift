import Foundation

/// One value of a report, which knows how people want to see it.
package enum ReportValue: Sendable, Equatable {
  case text(String)
  case count(Int)
  /// Shown with so many digits behind the point.
  case number(Double, digits: Int)
  /// A share of 1, shown in percent with so many digits behind the point.
  case share(Double, digits: Int)
  case bytes(Int)
  case none

  static func text(_ value: String?) -> Self { value.map { .text($0) } ?? .none }
  static func count(_ value: Int?) -> Self { value.map { .count($0) } ?? .none }

  /// For people.
  package var shown: String {
    switch self {
    case .text(let text): text
    case .count(let count): "\(count)"
    case .number(let number, let digits): String(format: "%.\(digits)f", number)
    case .share(let share, let digits): String(format: "%.\(digits)f %%", share * 100)
    case .bytes(let bytes): String(format: "%.1f MiB", Double(bytes) / Double(1 << 20))
    case .none: ""
    }
  }

  /// For programs: all digits, shares as shares, bytes as bytes.
  package var plain: String {
    switch self {
    case .text(let text): text
    case .count(let count), .bytes(let count): "\(count)"
    case .number(let number, _), .share(let number, _): "\(number)"
    case .none: ""
    }
  }

  var isText: Bool {
    switch self {
    case .text, .none: true
    default: false
    }
  }
}

extension ReportValue: Encodable {
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .count(let count), .bytes(let count): try container.encode(count)
    // JSON has no number that is none.
    case .number(let number, _), .share(let number, _):
      if number.isFinite { try container.encode(number) } else { try container.encodeNil() }
    case .none: try container.encodeNil()
    }
  }
}
