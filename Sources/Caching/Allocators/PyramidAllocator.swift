/// The lower a layer, the more it gets: attention is spread wide there, and gathers on few slots higher up.
///
/// PyramidKV, Cai et al., arXiv 2406.02069: beside the recent window w, budgets fall evenly from `2 (B - w) - m` in the first layer to
/// `m = (B - w) / 20` in the last. Where m is less than w, or less than a head needs, all layers get the same.
struct PyramidAllocator: BudgetAllocator {
  static let name = "pyramid"
  static let summary = "lower layers get more, higher ones less"

  func offsets(_ setting: AllocationSetting) -> [Int] {
    let spread = setting.budget - setting.recent
    let smallest = spread / 20
    guard setting.layers > 1, smallest >= max(setting.recent, 1), smallest + setting.recent >= setting.least
    else { return Array(repeating: 0, count: setting.layers) }
    let largest = 2 * spread - smallest
    // Cumulative rounding keeps the sum exact: layer l gets the difference of two rounded partial sums.
    let drop = Double(largest - smallest) / Double(setting.layers - 1)
    var given = 0
    return (0..<setting.layers).map { layer in
      let count = Double(layer + 1)
      let exact = count * Double(largest) - drop * count * (count - 1) / 2
      let total = layer == setting.layers - 1 ? setting.layers * spread : Int(exact.rounded())
      defer { given = total }
      return total - given - spread
    }
  }
}
