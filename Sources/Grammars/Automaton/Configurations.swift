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
  /// Places of one configuration, and of those on the way to them.
  ///
  /// An ambiguous grammar could have any number; further readings are not followed, which may refuse a text that matches but never
  /// admits one that does not.
  private static let placeLimit = 1 << 13
  /// Visits in one step beyond which nothing more is followed, for the same reason: places may be met any number of times.
  private static let visitLimit = 4 * placeLimit
  /// Places that take about as long to be compared with a byte as one takes to be visited.
  private static let comparisonsPerVisit = 16

  private let automaton: Automaton
  private var stacks = Stacks()
  private var places: [[Place]] = []
  private var numbers: [[Place]: Int32] = [:]
  /// `[configuration][byte class]`.
  private(set) var steps: [Int32] = []
  private(set) var canEnd: [Bool] = []
  private(set) var start: Int32 = 0
  /// Places that were visited, ever, those included that were there already or lie too deep: what the steps have cost.
  private(set) var visits = 0
  private var visited: Set<Place> = []
  private var open: [Place] = []
  /// Where a byte leads that moves one place alone, by what it moves it to: most do, many to the same.
  private var moves: [Place: Int32] = [:]
  private var moved: [Place] = []
  private var alikes: [Int32: Int32] = [:]
  private var alikeStacks: [Int32: Int32] = [:]

  init(_ automaton: Automaton) {
    self.automaton = automaton
    _ = number(of: [])
    visit(automaton.root, Stacks.bottom, mostVisits: Self.visitLimit)
    start = numberVisited()
  }

  /// About what they take.
  var byteCount: Int {
    steps.count * 4 + (stacks.frames.count + moves.count + alikes.count) * 32 + visitedPlaces * 16
  }
  private var visitedPlaces = 0

  /// The configuration after a byte of a class; `dead` if it cannot come here.
  mutating func step(_ configuration: Int32, _ byteClass: UInt8) -> Int32 {
    let index = Int(configuration) * automaton.classes.count + Int(byteClass)
    guard steps[index] == Self.unknown else { return steps[index] }
    let byte = automaton.classes.representatives[Int(byteClass)]
    moved.removeAll(keepingCapacity: true)
    visits += places[Int(configuration)].count / Self.comparisonsPerVisit
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
    let mostVisits = visits + Self.visitLimit
    for place in moved { visit(place.state, place.stack, mostVisits: mostVisits) }
    let number = numberVisited()
    if moved.count == 1 { moves[first] = number }
    return number
  }

  mutating func step(_ configuration: Int32, byte: UInt8) -> Int32 {
    step(configuration, automaton.classes.classOfByte[Int(byte)])
  }

  /// Notes all places that a state leads to without a byte; beyond `mostVisits` none is followed further.
  private mutating func visit(_ state: Int32, _ stack: Int32, mostVisits: Int) {
    open.append(Place(state: state, stack: stack))
    while let place = open.popLast() {
      visits += 1
      let depth = stacks[place.stack].depth
      guard depth + automaton.heights[Int(place.state)] <= Automaton.depthLimit,
        visited.count < Self.placeLimit, visited.insert(place).inserted
      else { continue }
      guard visits <= mostVisits else { continue }
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
    return number(ofUnsorted: kept)
  }

  private mutating func number(ofUnsorted places: [Place]) -> Int32 {
    number(of: places.sorted { $0.state == $1.state ? $0.stack < $1.stack : $0.state < $1.state })
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

  /// The configuration of those that are alike which stands for all: the same texts of at most the automaton's length can come.
  mutating func alike(_ configuration: Int32) -> Int32 {
    guard !automaton.alikes.isEmpty else { return configuration }
    if let known = alikes[configuration] { return known }
    let first = Set(
      places[Int(configuration)].map {
        Place(state: automaton.alikes[Int($0.state)], stack: alikeStack($0.stack))
      })
    let number = number(ofUnsorted: Array(first))
    alikes[configuration] = number
    return number
  }

  private mutating func alikeStack(_ stack: Int32) -> Int32 {
    guard stack != Stacks.bottom else { return stack }
    if let known = alikeStacks[stack] { return known }
    let frame = stacks[stack]
    let number = stacks.push(automaton.alikes[Int(frame.state)], on: alikeStack(frame.below))
    alikeStacks[stack] = number
    return number
  }

  /// What a configuration's number means, also elsewhere: shared, so that nothing is copied.
  func meaning(of configuration: Int32) -> (places: [Place], frames: [Stacks.Frame]) {
    (places[Int(configuration)], stacks.frames)
  }

  /// The number here of a configuration that had this meaning elsewhere; O(places and frames).
  mutating func number(of elsewhere: [Place], frames: [Stacks.Frame]) -> Int32 {
    var known: [Int32: Int32] = [:]
    var kept: [Place] = []
    for place in elsewhere {
      kept.append(Place(state: place.state, stack: stacks.push(place.stack, of: frames, &known)))
    }
    return number(ofUnsorted: kept)
  }
}
