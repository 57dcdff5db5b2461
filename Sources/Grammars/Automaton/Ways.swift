/// Which states lead to the end of their rule, and which rules to themselves.
struct Ways {
  let states: [Automaton.State]
  let starts: [Int32]

  /// Calls that have to be open at once from each state to the end of its rule; `depthLimit + 1` if no fewer do.
  ///
  /// All states of one height are found before those of the next, each once, and a fork is looked at once, as the first of its targets that
  /// is found decides: O(states and targets). Without `throughBytes` only ways that take no byte count.
  func heights(throughBytes: Bool) -> [Int32] {
    let (before, callers) = predecessors()
    let none = Automaton.depthLimit + 1
    var heights = [Int32](repeating: none, count: states.count)
    var found = [Automaton.end]
    for height in 0..<none {
      var (ready, later): ([Int32], [Int32]) = ([], [])
      for state in found where heights[Int(state)] == none {
        heights[Int(state)] = height
        ready.append(state)
      }
      while let state = ready.popLast() {
        for candidate in before[Int(state)] + (callers[state] ?? []) where heights[Int(candidate)] == none {
          guard let least = least(candidate, heights, throughBytes) else { continue }
          guard least <= height else {
            later.append(candidate)
            continue
          }
          heights[Int(candidate)] = height
          ready.append(candidate)
        }
      }
      found = later
    }
    return heights
  }

  /// A state's height by those that are known; nil as long as it has none.
  private func least(_ state: Int32, _ heights: [Int32], _ throughBytes: Bool) -> Int32? {
    let none = Automaton.depthLimit + 1
    var height: Int32
    switch states[Int(state)] {
    case .end: height = 0
    case .bytes(_, let next): height = throughBytes ? heights[Int(next)] : none
    case .fork(let targets): height = targets.map { heights[Int($0)] }.min() ?? none
    case .call(let rule, let next):
      let callee = heights[Int(starts[Int(rule)])]
      height = next == Automaton.end ? callee : max(callee + 1, heights[Int(next)])
    }
    return height < none ? height : nil
  }

  /// The states that lead to each, and for each rule's start its callers.
  private func predecessors() -> (before: [[Int32]], callers: [Int32: [Int32]]) {
    var before = [[Int32]](repeating: [], count: states.count)
    var callers: [Int32: [Int32]] = [:]
    for (index, state) in states.enumerated() {
      switch state {
      case .end: break
      case .bytes(_, let next): before[Int(next)].append(Int32(index))
      case .fork(let targets): for target in targets { before[Int(target)].append(Int32(index)) }
      case .call(let rule, let next):
        before[Int(next)].append(Int32(index))
        callers[starts[Int(rule)], default: []].append(Int32(index))
      }
    }
    return (before, callers)
  }

  /// A rule that comes to itself before it takes a byte.
  func leftRecursion() -> Int? {
    let canBeEmpty = heights(throughBytes: false).map { $0 <= Automaton.depthLimit }
    let first = starts.indices.map { starts[$0] < 0 ? [] : firstCalls(from: starts[$0], canBeEmpty) }
    // Rules whose first calls all come to an end are taken away, again and again: what is left goes round.
    var open = first.map(\.count)
    var callers = [[Int]](repeating: [], count: first.count)
    for (rule, calls) in first.enumerated() { for call in calls { callers[call].append(rule) } }
    var ended = open.indices.filter { open[$0] == 0 }
    while let rule = ended.popLast() {
      for caller in callers[rule] {
        open[caller] -= 1
        if open[caller] == 0 { ended.append(caller) }
      }
    }
    // Going on from one of them, the first that comes again is on the round.
    guard var rule = open.firstIndex(where: { $0 > 0 }) else { return nil }
    var seen: Set<Int> = []
    while seen.insert(rule).inserted, let next = first[rule].filter({ open[$0] > 0 }).min() { rule = next }
    return rule
  }

  /// The rules that are called from a state on before a byte is taken.
  private func firstCalls(from start: Int32, _ canBeEmpty: [Bool]) -> Set<Int> {
    var calls: Set<Int> = []
    var seen: Set<Int32> = [start]
    var open = [start]
    while let state = open.popLast() {
      var next: [Int32] = []
      switch states[Int(state)] {
      case .end, .bytes: break
      case .fork(let targets): next = targets
      case .call(let rule, let after):
        calls.insert(Int(rule))
        if canBeEmpty[Int(starts[Int(rule)])] { next = [after] }
      }
      for state in next where seen.insert(state).inserted { open.append(state) }
    }
    return calls
  }
}
