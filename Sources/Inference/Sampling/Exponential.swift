extension SIMD16<Float> {
  /// e to the power of each lane, for lanes of 0 and less; 0 below -87 and for NaN.
  ///
  /// Within 2 units in the last place. Made of single multiplications and additions, so that every
  /// machine gives the same bits and a seed the same text; a library's `expf` promises neither.
  /// x = n ln 2 + r with |r| <= ln 2 / 2: a polynomial for e^r, and n goes into the exponent's bits.
  @inline(__always)
  func exponential() -> Self {
    // Adding and taking away 1.5 * 2^23 rounds to a whole number and leaves it in the low bits.
    let shifter = Self(repeating: 12_582_912)
    let shifted = self * 1.442_695_04 + shifter
    let power = shifted - shifter
    // ln 2 in two parts: power times the first is exact.
    let rest = self - power * 0.693_359_375 - power * -2.121_944_4e-4
    var sum = rest * (1.0 / 5040) + (1.0 / 720)
    sum = sum * rest + (1.0 / 120)
    sum = sum * rest + (1.0 / 24)
    sum = sum * rest + (1.0 / 6)
    sum = sum * rest + 0.5
    sum = sum * rest + 1
    sum = sum * rest + 1
    let result = sum.scaled(byPowersIn: shifted)
    return result.replacing(with: Self(), where: .!(self .>= -87))
  }

  /// The natural logarithm of each lane, for normal lanes of 0 and more; 0 for 0, which weighs nothing.
  ///
  /// Within 3 units in the last place, and of basic operations only, for the same reason.
  /// x = m 2^n with m from 1/sqrt(2) to sqrt(2), and ln m = 2 artanh((m - 1) / (m + 1)), by its series.
  @inline(__always)
  func logarithm() -> Self {
    let (mantissa, power) = split()
    let z = (mantissa - 1) / (mantissa + 1)
    let square = z * z
    var sum = square * (2.0 / 9) + (2.0 / 7)
    sum = sum * square + (2.0 / 5)
    sum = sum * square + (2.0 / 3)
    sum = sum * square + 2
    let result = sum * z + power * 0.693_147_18
    return result.replacing(with: Self(), where: self .== 0)
  }

  /// A number from 1/sqrt(2) to sqrt(2) and a power of 2 for each lane, whose product it is.
  @inline(__always)
  private func split() -> (mantissa: Self, power: Self) {
    var (mantissa, power) = (Self(), Self())
    let root = Float(0.5).squareRoot().bitPattern
    for lane in 0..<16 {
      let steps = Int32(bitPattern: self[lane].bitPattern &- root) >> 23
      mantissa[lane] = Float(bitPattern: self[lane].bitPattern &- UInt32(bitPattern: steps << 23))
      power[lane] = Float(steps)
    }
    return (mantissa, power)
  }

  /// Adds the low bits of `shifted`, a whole number from -126 to 0, to each exponent.
  @inline(__always)
  private func scaled(byPowersIn shifted: Self) -> Self {
    var result = Self()
    for lane in 0..<16 {
      result[lane] = Float(bitPattern: self[lane].bitPattern &+ shifted[lane].bitPattern << 23)
    }
    return result
  }
}
