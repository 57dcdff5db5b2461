/// A set of Unicode scalars, as ranges in order that do not touch.
package struct ScalarSet: Equatable, Sendable {
  package private(set) var ranges: [ClosedRange<UInt32>] = []

  /// All scalars: surrogates are none.
  package static let all = ScalarSet([0...0xD7FF, 0xE000...0x10FFFF])

  /// The scalars in some ranges, which may overlap; surrogates are left out.
  package init(_ ranges: [ClosedRange<UInt32>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      for part in [range.clamped(below: 0xD7FF), range.clamped(above: 0xE000)].compactMap(\.self) {
        add(part)
      }
    }
  }

  package init(_ scalars: some Sequence<Unicode.Scalar>) { self.init(scalars.map { $0.value...$0.value }) }

  private mutating func add(_ range: ClosedRange<UInt32>) {
    guard let last = ranges.last, range.lowerBound <= last.upperBound + 1 else { return ranges.append(range) }
    ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
  }

  package func contains(_ scalar: Unicode.Scalar) -> Bool { ranges.contains { $0.contains(scalar.value) } }

  package func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

  /// All scalars but these.
  package var inverted: ScalarSet {
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
    return ScalarSet(gaps)
  }

  package func intersection(_ other: ScalarSet) -> ScalarSet { inverted.union(other.inverted).inverted }

  /// One scalar of the set in UTF-8, for sets whose ranges a text says: its parts are counted first.
  package func utf8(_ cost: inout GrammarCost) throws(GrammarError) -> Expression {
    for range in ranges { try cost.add(parts: UTF8Ranges.split(range).reduce(1) { $0 + 1 + $1.count }) }
    return utf8
  }

  /// One scalar of the set in UTF-8.
  package var utf8: Expression {
    var single = ByteSet()
    var longer: [Expression] = []
    for range in ranges {
      for part in UTF8Ranges.split(range) {
        if part.count == 1 {
          for byte in part[0] { single.insert(byte) }
        } else {
          longer.append(.sequence(part.map { .bytes(ByteSet($0)) }))
        }
      }
    }
    return .choice((single.isEmpty ? [] : [.bytes(single)]) + longer)
  }
}

extension ClosedRange<UInt32> {
  fileprivate func clamped(below most: UInt32) -> ClosedRange? {
    lowerBound <= most ? lowerBound...Swift.min(upperBound, most) : nil
  }

  fileprivate func clamped(above least: UInt32) -> ClosedRange? {
    upperBound >= least ? Swift.max(lowerBound, least)...upperBound : nil
  }
}
