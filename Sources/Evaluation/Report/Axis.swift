import Foundation

/// One axis of a plot: which values it shows, where, and with what marks.
struct Axis {
  let isLogarithmic: Bool
  let low: Double
  let high: Double

  /// Takes in all `values`; logarithmic where they are positive and spread more than tenfold, or where it is said.
  init(_ values: [Double], logarithmic: Bool? = nil) {
    let finite = values.filter(\.isFinite)
    let least = finite.min() ?? 0
    let greatest = finite.max() ?? 1
    isLogarithmic = least > 0 && (logarithmic ?? (greatest > 10 * least))
    // A little room, so that no point lies on the frame; of a single value, room around it.
    if isLogarithmic {
      let room = max(pow(greatest / least, 0.04), 1.02)
      (low, high) = (least / room, greatest * room)
    } else {
      let room = greatest > least ? 0.04 * (greatest - least) : max(abs(greatest) * 0.1, 0.1)
      (low, high) = (least >= 0 ? max(0, least - room) : least - room, greatest + room)
    }
  }

  /// Where a value lies, 0 at the low end and 1 at the high one.
  func place(_ value: Double) -> Double {
    isLogarithmic ? log(value / low) / log(high / low) : (value - low) / (high - low)
  }

  /// Round values to mark, ascending: three to eight of them.
  var marks: [Double] { isLogarithmic ? logarithmicMarks : linearMarks }

  private var linearMarks: [Double] {
    let rough = (high - low) / 5
    let power = pow(10, floor(log10(rough)))
    let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough } ?? rough
    let first = Int((low / step).rounded(.up))
    let last = max(first, Int((high / step).rounded(.down)))
    return (first...last).map { Double($0) * step }
  }

  /// 1, 2 and 5 times powers of ten, or powers of ten alone where that is enough; steps of a linear axis where it is too few.
  private var logarithmicMarks: [Double] {
    let powers = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
    for digits in [[1.0], [1, 2, 5]] {
      let marks = powers.flatMap { power in digits.map { $0 * pow(10, Double(power)) } }
        .filter { (low...high).contains($0) }
      if marks.count >= 3 { return marks }
    }
    return linearMarks
  }

  /// A mark's number, as short as it can be.
  static func text(_ value: Double) -> String {
    let rounded = (value * 1e6).rounded() / 1e6
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
  }
}
