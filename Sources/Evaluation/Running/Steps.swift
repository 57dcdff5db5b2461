/// Counts the steps of a measurement and tells how far it is.
struct Steps {
  private let count: Int
  private let tell: (Double, String) -> Void
  private var begun = 0

  init(_ count: Int, _ tell: @escaping (Double, String) -> Void) {
    self.count = count
    self.tell = tell
  }

  /// Tells the share that is done, and what begins.
  mutating func begin(_ name: String) {
    tell(Double(begun) / Double(max(1, count)), name)
    begun += 1
  }
}
