import Synchronization

/// Shows how far a long work on a file is: a bar on a terminal, a line for each quarter elsewhere.
final class LoadingProgress: Sendable {
  private static let width = 40
  private let shown = Mutex(-1)
  private let isTerminal: Bool
  private let activity: String
  private let log: @Sendable (String) -> Void

  /// - Parameters:
  ///   - activity: what is done, in a word.
  ///   - log: takes the lines where there is no terminal.
  init(_ activity: String = "loading", log: @escaping @Sendable (String) -> Void) {
    isTerminal = Console.showsErrorsOnTerminal
    self.activity = activity
    self.log = log
  }

  /// Shows a share done, 0 to 1, if that looks different from what is shown.
  func show(_ share: Double) {
    let steps = isTerminal ? Self.width : 4
    let step = Int((min(max(share, 0), 1) * Double(steps)).rounded(.down))
    let isNew = shown.withLock { shown in
      defer { shown = step }
      return step != shown
    }
    guard isNew else { return }
    if !isTerminal { return log("\(activity) \(step * 25) %") }
    let bar = String(repeating: "#", count: step) + String(repeating: ".", count: steps - step)
    Console.redraw(step == steps ? "" : "\(activity) [\(bar)]")
  }
}
