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
