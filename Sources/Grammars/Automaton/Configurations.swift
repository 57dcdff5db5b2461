/// Where a text may be in a grammar, numbered as they are met, and the steps between them.
///
/// A text can be at several places at once, each a state and a stack: together a configuration. The same places have the same number,
/// so that a step is computed once and then looked up.
struct Configurations {
  /// A state that takes a byte, or the end of the text, with what is open around it.
  struct Place: Hashable {
    let state: Int32
    let stack: Int32
  }

  /// No place: no text of the grammar begins so.
  static let dead: Int32 = 0
  private static let unknown: Int32 = -1
  /// Places of one configuration, and visits on the way to them.
  ///
  /// An ambiguous grammar could have any number; further readings are not followed, which may refuse a text that matches but never
  /// admits one that does not.
  private static let placeLimit = 1 << 13

  private let automaton: Automaton
  private var stacks = Stacks()
  private var places: [[Place]] = []
  private var numbers: [[Place]: Int32] = [:]
  /// `[configuration][byte class]`.
  private(set) var steps: [Int32] = []
  private(set) var canEnd: [Bool] = []
  private(set) var start: Int32 = 0
  /// Places that were visited, ever: what the steps have cost.
  private(set) var visits = 0
  private var visited: Set<Place> = []
  private var open: [Place] = []
  /// Where a byte leads that moves one place alone, by what it moves it to: most do, many to the same.
  private var moves: [Place: Int32] = [:]
  private var moved: [Place] = []

  init(_ automaton: Automaton) {
    self.automaton = automaton
    _ = number(of: [])
    visit(automaton.root, Stacks.bottom)
    start = numberVisited()
  }

  /// About what they take.
  var byteCount: Int { steps.count * 4 + (stacks.frames.count + moves.count) * 32 + visitedPlaces * 16 }
  private var visitedPlaces = 0

  /// The configuration after a byte of a class; `dead` if it cannot come here.
  mutating func step(_ configuration: Int32, _ byteClass: UInt8) -> Int32 {
    let index = Int(configuration) * automaton.classes.count + Int(byteClass)
    guard steps[index] == Self.unknown else { return steps[index] }
    let byte = automaton.classes.representatives[Int(byteClass)]
    moved.removeAll(keepingCapacity: true)
    for place in places[Int(configuration)] {
      if case .bytes(let set, let next) = automaton.states[Int(place.state)],
        automaton.sets[Int(set)].contains(byte)
      {
        moved.append(Place(state: next, stack: place.stack))
      }
    }
    let next = arrive()
    steps[index] = next
    return next
  }

  /// The configuration that the places of `moved` lead to.
  private mutating func arrive() -> Int32 {
    guard let first = moved.first else { return Self.dead }
    if moved.count == 1, let known = moves[first] { return known }
    for place in moved { visit(place.state, place.stack) }
    let number = numberVisited()
    if moved.count == 1 { moves[first] = number }
    return number
  }

  mutating func step(_ configuration: Int32, byte: UInt8) -> Int32 {
    step(configuration, automaton.classes.classOfByte[Int(byte)])
  }

  /// Notes all places that a state leads to without a byte.
  private mutating func visit(_ state: Int32, _ stack: Int32) {
    open.append(Place(state: state, stack: stack))
    while let place = open.popLast() {
      let depth = stacks[place.stack].depth
      guard depth + automaton.heights[Int(place.state)] <= Automaton.depthLimit,
        visited.count < Self.placeLimit, visited.insert(place).inserted
      else { continue }
      visits += 1
      switch automaton.states[Int(place.state)] {
      case .bytes: break
      case .end:
        guard place.stack != Stacks.bottom else { continue }
        let frame = stacks[place.stack]
        open.append(Place(state: frame.state, stack: frame.below))
      case .fork(let targets):
        for target in targets { open.append(Place(state: target, stack: place.stack)) }
      case .call(let rule, let next):
        let callee = automaton.starts[Int(rule)]
        let fits = depth + automaton.heights[Int(callee)] < Automaton.depthLimit
        if next == Automaton.end {
          open.append(Place(state: callee, stack: place.stack))
        } else if fits {
          open.append(Place(state: callee, stack: stacks.push(next, on: place.stack)))
        }
      }
    }
  }

  /// The number of what was visited, of which only those places count that take a byte or end the text.
  private mutating func numberVisited() -> Int32 {
    var kept: [Place] = []
    for place in visited {
      switch automaton.states[Int(place.state)] {
      case .bytes: kept.append(place)
      case .end: if place.stack == Stacks.bottom { kept.append(place) }
      case .fork, .call: break
      }
    }
    visited.removeAll(keepingCapacity: true)
    kept.sort { $0.state == $1.state ? $0.stack < $1.stack : $0.state < $1.state }
    return number(of: kept)
  }

  private mutating func number(of kept: [Place]) -> Int32 {
    if let number = numbers[kept] { return number }
    let number = Int32(places.count)
    places.append(kept)
    numbers[kept] = number
    visitedPlaces += kept.count
    canEnd.append(kept.contains { $0.state == Automaton.end })
    steps.append(contentsOf: repeatElement(Self.unknown, count: automaton.classes.count))
    return number
  }

  /// Each place of a configuration as its state and then its stack's, from the top down: what a number means elsewhere.
  func stacks(of configuration: Int32) -> [[Int32]] {
    places[Int(configuration)].map { [$0.state] + stacks.states(of: $0.stack) }
  }

  /// The number here of what `stacks(of:)` gave elsewhere.
  mutating func number(ofStacks wanted: [[Int32]]) -> Int32 {
    var kept: [Place] = []
    for states in wanted {
      var stack = Stacks.bottom
      for state in states.dropFirst().reversed() { stack = stacks.push(state, on: stack) }
      if let state = states.first { kept.append(Place(state: state, stack: stack)) }
    }
    kept.sort { $0.state == $1.state ? $0.stack < $1.stack : $0.state < $1.state }
    return number(of: kept)
  }
}
