/// Tells on standard error how far an evaluation is: a bar in place on a terminal, a line for each tenth elsewhere.
final class EvalProgress {
  private let start = ContinuousClock.now
  private var lastTenth = -1

  /// Shows the share done, 0 to 1, and what comes next.
  func show(_ share: Double, _ name: String) {
    let elapsed = start.duration(to: .now) / .seconds(1)
    let left = share > 0 ? ", \(Progress.text(elapsed / share * (1 - share))) left" : ""
    let line = "\(Int(share * 100)) %\(left): \(name)"
    if Console.showsErrorsOnTerminal { return Console.redraw(Self.bar(share) + line) }
    let tenth = Int(share * 10)
    if tenth > lastTenth { Console.note(line) }
    lastTenth = tenth
  }

  private static let barWidth = 24

  private static func bar(_ share: Double) -> String {
    let done = Int(min(max(share, 0), 1) * Double(barWidth))
    return "[" + String(repeating: "#", count: done) + String(repeating: ".", count: barWidth - done) + "] "
  }

  /// Clears the line.
  func end() {
    if Console.showsErrorsOnTerminal { Console.redraw("") }
  }
}
