import Caching
import Testing

/// RoCo's default form against a plain recomputation from the whole history of attention.
@Suite struct RoCoTests {
  private static let budget = 50
  private static let stride = 12
  private static let prompt = 131
  private static let attention = MadeUpAttention(seed: 9)

  @Test(
    "a prompt that is cut once keeps what is attended to, though more go than the scope's definition knows")
  func soft() throws {
    var request = CacheRequest(policy: "roco", budget: .slots(40))
    request.mode = .soft
    let run = try Simulation(Small.plan(request, prompt: 300, new: 0))
    run.run(attention: { $0.position % 10 == 5 ? 0.02 : 1e-4 * Float($0.position % 3) })
    for positions in run.kept.joined() { #expect(positions.count { $0 % 10 == 5 } >= 20) }
  }

  @Test("victims are those of the definition, in the prompt and in generation")
  func agreesWithTheDefinition() throws {
    let request = CacheRequest(policy: "roco", budget: .slots(Self.budget), stride: Self.stride)
    let run = try Simulation(Small.plan(request, prompt: Self.prompt, new: 60))
    var before: [[[Int]]] = []
    var compared = 0
    run.run(attention: Self.bursty, beforeEviction: { before = run.kept }) {
      for (layer, heads) in before.enumerated() {
        for (head, positions) in heads.enumerated() {
          let left = Set(run.kept[layer][head])
          let gone = positions.filter { !left.contains($0) }
          guard !gone.isEmpty else { continue }
          compared += 1
          #expect(gone == Self.victims(gone.count, positions, run.cache.logicalLength, layer, head))
        }
      }
    }
    #expect(compared == (7 + 60) * 4)
  }

  @Test("the ten newest are spared and the eleventh is not", arguments: [BudgetScope.prefill, .generated])
  func newest(scope: BudgetScope) throws {
    // Budgets under which every candidate is in RoCo's scope.
    let request = CacheRequest(
      policy: "roco", budget: .slots(scope == .prefill ? 40 : 30), scope: scope, stride: 1, faithful: true)
    let run = try Simulation(
      Small.plan(request, prompt: scope == .prefill ? 100 : 20, new: scope == .prefill ? 0 : 80))
    var before: [[[Int]]] = []
    var evictions = 0
    // The newer, the less attention.
    run.run(attention: { 1 / Float(100 + $0.position) }, beforeEviction: { before = run.kept }) {
      for (old, new) in zip(before.joined(), run.kept.joined()) where old.count > new.count {
        evictions += 1
        #expect(old.filter { !new.contains($0) } == [old[old.count - 11]])
      }
    }
    #expect(evictions >= 50 * 4)
  }

  /// Every third slot gets rare peaks and else next to nothing: a low mean, but out of scope by its deviation.
  private static func bursty(_ place: AttentionPlace) -> Float {
    let noise = attention(place)
    guard place.position % 3 == 0 else { return 0.01 + noise / 16 }
    return noise > 0.03 ? noise : noise / 64
  }

  private static func victims(_ count: Int, _ positions: [Int], _ fed: Int, _ layer: Int, _ head: Int)
    -> [Int]
  {
    let isPrompt = fed <= prompt
    let candidates = positions.filter { $0 >= 4 && $0 < fed - 10 }
    let scope = isPrompt ? max(budget - budget / 10 - 4, stride) : budget - 15
    let measured = Dictionary(
      uniqueKeysWithValues: candidates.map { ($0, moments(of: $0, fed, layer, head)) })
    func order(_ positions: [Int], by value: (Int) -> Double) -> [Int] {
      positions.sorted { (value($0), $0) < (value($1), $1) }
    }
    let steady = order(candidates) { measured[$0]?.deviation ?? 0 }.prefix(scope)
    return order(Array(steady)) { measured[$0]?.mean ?? 0 }.prefix(count).sorted()
  }

  private static func moments(of position: Int, _ fed: Int, _ layer: Int, _ head: Int) -> (
    mean: Double, deviation: Double
  ) {
    let weights = (max(position, budget)..<fed).map { query in
      Double(
        bursty(
          AttentionPlace(layer: layer, head: head, query: query, position: position, rank: 0, queryInChunk: 0)
        ))
    }
    let mean = weights.reduce(0, +) / Double(weights.count)
    let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(weights.count)
    return (mean, variance.squareRoot())
  }
}
