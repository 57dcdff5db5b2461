/// What was measured for one kernel.
struct KernelRow: Encodable {
  /// What limits a kernel, and so what its speed is told in.
  enum Unit: String, Encodable {
    case gigabytesPerSecond = "GB/s"
    case integerGigaoperationsPerSecond = "Gop/s"
    case gigaflopsPerSecond = "GFLOP/s"
    /// For one call, where no ceiling says anything: all is in the nearest cache.
    case microseconds = "us"

    /// The resource that a cost takes longest of.
    init(_ cost: Cost, _ ceilings: Ceilings) {
      self =
        if cost == Cost() {
          .microseconds
        } else if ceilings.readingSeconds(cost) >= ceilings.computingSeconds(cost) {
          .gigabytesPerSecond
        } else {
          cost.integerOperations >= cost.floatOperations
            ? .integerGigaoperationsPerSecond : .gigaflopsPerSecond
        }
    }

    func value(_ cost: Cost, seconds: Double) -> Double {
      switch self {
      case .gigabytesPerSecond: cost.bytes / seconds / 1e9
      case .integerGigaoperationsPerSecond: cost.integerOperations / seconds / 1e9
      case .gigaflopsPerSecond: cost.floatOperations / seconds / 1e9
      case .microseconds: seconds * 1e6
      }
    }
  }

  let name: String
  let unit: Unit
  let value: Spread
  let microseconds: Double
  let cost: Cost
  let shareOfCeiling: Double?

  /// Nil if nothing was measured.
  init?(_ name: String, seconds: [Double], cost: Cost, ceilings: Ceilings) {
    let unit = Unit(cost, ceilings)
    guard let value = Spread(seconds.map { unit.value(cost, seconds: $0) }),
      let median = Spread(seconds)?.median
    else { return nil }
    self.name = name
    self.unit = unit
    self.value = value
    microseconds = median * 1e6
    self.cost = cost
    shareOfCeiling = unit == .microseconds ? nil : ceilings.floorSeconds(cost) / median
  }
}
