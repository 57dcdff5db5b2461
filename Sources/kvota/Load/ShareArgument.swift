import ArgumentParser

/// A share as one types it: `10%` or `0.1`.
struct ShareArgument: ExpressibleByArgument {
  let value: Double

  static let none = ShareArgument(value: 0)

  private init(value: Double) { self.value = value }

  var defaultValueDescription: String { "\(value * 100)%" }

  init?(argument: String) {
    let isPercent = argument.hasSuffix("%")
    guard let number = Double(isPercent ? String(argument.dropLast()) : argument) else { return nil }
    value = isPercent ? number / 100 : number
    guard (0...1).contains(value) else { return nil }
  }
}
