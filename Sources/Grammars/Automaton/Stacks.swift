/// Stacks of open calls that share what they have in common: a stack is the number of its top frame.
struct Stacks {
  /// What comes after a call, and the frame below.
  struct Frame {
    let state: Int32
    let below: Int32
    let depth: Int32
  }

  /// Nothing is open.
  static let bottom: Int32 = 0

  private(set) var frames = [Frame(state: -1, below: -1, depth: 0)]
  private var numbers: [UInt64: Int32] = [:]

  subscript(stack: Int32) -> Frame { frames[Int(stack)] }

  /// Opens a call after which `state` comes; the same stack has the same number.
  mutating func push(_ state: Int32, on below: Int32) -> Int32 {
    let key = UInt64(UInt32(bitPattern: state)) << 32 | UInt64(UInt32(bitPattern: below))
    if let number = numbers[key] { return number }
    let number = Int32(frames.count)
    frames.append(Frame(state: state, below: below, depth: self[below].depth + 1))
    numbers[key] = number
    return number
  }

  /// The states of a stack from the top down.
  func states(of stack: Int32) -> [Int32] {
    var states: [Int32] = []
    var stack = stack
    while stack != Self.bottom {
      states.append(self[stack].state)
      stack = self[stack].below
    }
    return states
  }
}
