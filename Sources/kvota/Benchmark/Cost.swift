/// What a piece of work asks of the machine, however well it is done.
struct Cost: Encodable, Equatable {
  /// Read from memory.
  var bytes = 0.0
  /// On bytes; a multiply-add is two.
  var integerOperations = 0.0
  /// On f32 numbers; a multiply-add is two.
  var floatOperations = 0.0

  static func + (a: Cost, b: Cost) -> Cost {
    Cost(
      bytes: a.bytes + b.bytes, integerOperations: a.integerOperations + b.integerOperations,
      floatOperations: a.floatOperations + b.floatOperations)
  }
}

/// What the machine can do at most in a second, with all threads that compute.
///
/// Of several measurements the greatest is the ceiling: the others were disturbed, and a floor that can be passed is none.
struct Ceilings: Encodable, Equatable {
  let bytesPerSecond: Spread
  let integerOperationsPerSecond: Spread
  let floatOperationsPerSecond: Spread
}

extension Ceilings {
  /// The least time that this takes: reading goes on beside computing, but the two kinds of products share their units.
  func floorSeconds(_ cost: Cost) -> Double { max(readingSeconds(cost), computingSeconds(cost)) }

  func readingSeconds(_ cost: Cost) -> Double { cost.bytes / bytesPerSecond.greatest }

  func computingSeconds(_ cost: Cost) -> Double {
    cost.integerOperations / integerOperationsPerSecond.greatest
      + cost.floatOperations / floatOperationsPerSecond.greatest
  }
}
