import Kernels

/// The machine's ceilings, measured again before every row: what slows a row down has slowed some of them too.
struct CeilingSamples {
  private let probe: CeilingProbe
  private var bytes: [Double] = []
  private var integers: [Double] = []
  private var floats: [Double] = []

  /// Takes the first samples: some, as there may be few rows.
  init(compute: Compute) {
    probe = CeilingProbe(compute: compute)
    for _ in 0..<Self.firstSamples { take() }
  }

  private static let firstSamples = 3

  mutating func take() {
    bytes.append(probe.bytesPerSecond())
    integers.append(probe.integerOperationsPerSecond())
    floats.append(probe.floatOperationsPerSecond())
  }

  var ceilings: Ceilings {
    guard let bytes = Spread(bytes), let integers = Spread(integers), let floats = Spread(floats) else {
      preconditionFailure("the first samples were taken in init")
    }
    return Ceilings(
      bytesPerSecond: bytes, integerOperationsPerSecond: integers, floatOperationsPerSecond: floats)
  }
}
