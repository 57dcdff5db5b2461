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

  /// The number here of a stack among others' `frames`; `known` are the numbers of those that were pushed before, each once.
  mutating func push(_ stack: Int32, of frames: [Frame], _ known: inout [Int32: Int32]) -> Int32 {
    guard stack != Self.bottom else { return stack }
    if let number = known[stack] { return number }
    let frame = frames[Int(stack)]
    let below = push(frame.below, of: frames, &known)
    let number = push(frame.state, on: below)
    known[stack] = number
    return number
  }
}
