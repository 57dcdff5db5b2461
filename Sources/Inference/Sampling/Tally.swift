/// How many weights are at least some bound, and their sum.
struct Tally {
  var tokens = 0
  var mass = 0.0

  init() {}

  init(of weights: ArraySlice<Lanes>, atLeast bound: Float) {
    // Halves, since both sums of sixteen lanes do not fit the registers of every processor (twice as fast).
    // Float counts exactly up to 2^24, and a lane sees one of eight tokens.
    var counts = SIMD8<Float>()
    var sums = SIMD8<Float>()
    for lanes in weights {
      Self.add(lanes.lowHalf, atLeast: bound, to: &counts, and: &sums)
      Self.add(lanes.highHalf, atLeast: bound, to: &counts, and: &sums)
    }
    tokens = Int(counts.sum())
    mass = Double(sums.sum())
  }

  @inline(__always)
  private static func add(
    _ half: SIMD8<Float>, atLeast bound: Float, to counts: inout SIMD8<Float>, and sums: inout SIMD8<Float>
  ) {
    let light = half .< bound
    counts += SIMD8(repeating: 1).replacing(with: SIMD8(), where: light)
    sums += half.replacing(with: SIMD8(), where: light)
  }

  static func + (left: Tally, right: Tally) -> Tally {
    var sum = left
    sum.tokens += right.tokens
    sum.mass += right.mass
    return sum
  }
}
