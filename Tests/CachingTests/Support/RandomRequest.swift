import Caching

/// Requests with every field drawn from a seed: possible values mostly, and now and then one that no request should get away with.
struct RandomRequest {
  let request: CacheRequest
  let prompt: Int
  let new: Int

  private static let extremes = [Int.min, -1, 0, 1, Int(Int32.max), .max]

  /// `wildness` is the chance that a number is at the edge of what can be written.
  init(using random: inout SplitMix64, wildness: Double) {
    let draw = Draw(wildness: wildness)
    prompt = draw.number(1...300, &random)
    new = draw.number(0...120, &random)
    let policy = EvictionPolicies.all.randomElement(using: &random)?.name ?? "full"
    var request = CacheRequest(policy: policy)
    request.budget = draw.budget(prompt, &random)
    request.seed = random.next()
    request.scope = draw.maybe(0.4, &random) { BudgetScope.allCases.randomElement(using: &$0) ?? .total }
    request.stride = draw.maybe(0.6, &random) { draw.number(1...40, &$0) }
    request.sinks = draw.maybe(0.3, &random) { draw.number(0...8, &$0) }
    request.recent = draw.maybe(0.5, &random) {
      Bool.random(using: &$0)
        ? .slots(draw.number(0...20, &$0)) : .ratio(draw.share(0...0.6, &$0))
    }
    request.mode = draw.maybe(0.25, &random) { _ in .soft } ?? .hard
    request.positions = draw.maybe(0.2, &random) { _ in .cache } ?? .original
    request.keepAttention = draw.maybe(0.2, &random) { _ in true } ?? false
    request.allocator =
      draw.maybe(0.5, &random) { BudgetAllocators.names.randomElement(using: &$0) } ?? "uniform"
    if request.allocator == "pyramid", wildness == 0 {
      // Only where the last layer has room for its window do layers differ.
      request.budget = .slots(draw.number(100...280, &random))
      (request.stride, request.recent) = (draw.number(1...5, &random), .slots(draw.number(0...5, &random)))
    }
    request.faithful = draw.maybe(0.1, &random) { _ in true } ?? false
    request.parameters = draw.parameters(of: policy, &random)
    request.modifiers = draw.modifiers(&random)
    request.pins = draw.spans(prompt, &random)
    if request.modifiers.fair { request.spans = draw.spans(prompt, &random) }
    self.request = request
  }

  /// Draws single values.
  private struct Draw {
    let wildness: Double

    func maybe<T>(_ chance: Double, _ random: inout SplitMix64, _ value: (inout SplitMix64) -> T?) -> T? {
      Double.random(in: 0..<1, using: &random) < chance ? value(&random) : nil
    }

    func number(_ range: ClosedRange<Int>, _ random: inout SplitMix64) -> Int {
      maybe(wildness, &random) { RandomRequest.extremes.randomElement(using: &$0) }
        ?? Int.random(in: range, using: &random)
    }

    func share(_ range: ClosedRange<Double>, _ random: inout SplitMix64) -> Double {
      maybe(wildness, &random) { [-1, 0, 1, .nan, .infinity, 1e300].randomElement(using: &$0) }
        ?? Double.random(in: range, using: &random)
    }

    func budget(_ prompt: Int, _ random: inout SplitMix64) -> CacheBudget? {
      switch Int.random(in: 0..<10, using: &random) {
      case 0: nil
      case 1, 2: .ratio(share(0.05...1, &random))
      case 3: .bytes(number(10_000...400_000, &random))
      default: .slots(number(1...250, &random))
      }
    }

    func parameters(of policy: String, _ random: inout SplitMix64) -> [String: Double] {
      var values: [String: Double] = [:]
      for parameter in (try? EvictionPolicies.description(named: policy).parameters) ?? [] {
        let range = parameter.range.lowerBound...min(parameter.range.upperBound, 40)
        values[parameter.name] = maybe(0.6, &random) {
          let value = share(range, &$0)
          return parameter.isWhole && value.isFinite ? value.rounded() : value
        }
      }
      return values
    }

    func modifiers(_ random: inout SplitMix64) -> RankModifiers {
      var modifiers = RankModifiers()
      modifiers.value = maybe(0.2, &random) { _ in true } ?? false
      modifiers.pool = maybe(0.2, &random) { number(1...4, &$0) &* 2 &- 1 }
      modifiers.decay = maybe(0.2, &random) { share(0.5...1, &$0) } ?? 1
      modifiers.guardShare = maybe(0.2, &random) { share(0...0.5, &$0) } ?? 0
      modifiers.fair = maybe(0.15, &random) { _ in true } ?? false
      modifiers.reduce = maybe(0.1, &random) { Bool.random(using: &$0) ? .max : .mean }
      return modifiers
    }

    /// Some spans, ascending and apart; now and then one that is not within the prompt.
    func spans(_ prompt: Int, _ random: inout SplitMix64) -> [Range<Int>] {
      var spans: [Range<Int>] = []
      var end = 0
      while spans.count < 4, let length = maybe(0.5, &random, { Int.random(in: 0...12, using: &$0) }) {
        let start = end + Int.random(in: 0...60, using: &random)
        end = start + length
        if end <= prompt || wildness > 0 { spans.append(start..<end) }
      }
      return spans
    }
  }
}
