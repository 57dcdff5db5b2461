import Glibc

/// Keys and values, sixteen numbers at a time.
extension Span<Float> {
  /// Sum of the products with as many other numbers.
  ///
  /// O(count).
  @inline(__always)
  func dot(_ other: Span<Float>) -> Float {
    let whole = count & ~15
    var products = SIMD16<Float>()
    for start in Swift.stride(from: 0, to: whole, by: 16) { products += lanes(start) * other.lanes(start) }
    var sum = products.total
    for index in whole..<count { sum += self[index] * other[index] }
    return sum
  }

  /// The lowest of at least sixteen numbers; nil if any is NaN.
  ///
  /// O(count).
  var lowest: Float? {
    var lowest = SIMD16(repeating: Float.infinity)
    var undefined = SIMD16<Int32>()
    for start in Swift.stride(from: 0, to: count, by: 16) {
      let numbers = lanes(Swift.min(start, count &- 16))
      lowest.replace(with: numbers, where: numbers .< lowest)
      undefined.replace(with: 1, where: numbers .!= numbers)
    }
    return undefined.total > 0 ? nil : lowest.min()
  }
}

extension SIMD16<Float> {
  /// Whether any lane is this number.
  @inline(__always)
  func has(_ number: Float) -> Bool { SIMD16<Int32>().replacing(with: 1, where: self .== number).total > 0 }
}

extension SIMD16<Int32> {
  /// The sum of the lanes, which must not overflow, by halves.
  @inline(__always)
  var total: Int {
    let eight = lowHalf &+ highHalf
    let four = eight.lowHalf &+ eight.highHalf
    let two = four.lowHalf &+ four.highHalf
    return Int(two.x &+ two.y)
  }
}

extension Span where Element: SIMDScalar {
  /// Sixteen neighbours from `start` on: one bounds check, then constant places, of which the compiler makes plain loads.
  @inline(__always)
  func lanes(_ start: Int) -> SIMD16<Element> {
    let part = extracting(start..<(start &+ 16))
    return SIMD16(
      part[0], part[1], part[2], part[3], part[4], part[5], part[6], part[7], part[8], part[9], part[10],
      part[11], part[12], part[13], part[14], part[15])
  }
}

extension MutableSpan<Float> {
  /// Adds each number of `other` times `factor`.
  ///
  /// O(count).
  @inline(__always)
  mutating func add(_ other: Span<Float>, times factor: Float) {
    precondition(other.count == count, "vectors of one length")
    for index in 0..<count { self[index] += other[index] * factor }
  }

  /// Replaces the numbers at `range`, which must be finite, by their softmax; they then sum to 1.
  ///
  /// O(range).
  mutating func applySoftmax(at range: Range<Int>) {
    var largest = -Float.infinity
    for index in range { largest = Swift.max(largest, self[index]) }
    var total: Float = 0
    for index in range {
      self[index] = exp(self[index] - largest)
      total += self[index]
    }
    for index in range { self[index] /= total }
  }
}

extension SIMD16<Float> {
  /// The sum of the lanes, by halves: `sum()` goes lane by lane, which takes four times as long.
  fileprivate var total: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
