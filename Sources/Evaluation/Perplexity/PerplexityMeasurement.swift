import Caching
package import Kernels

/// Measures the perplexity of texts, with full caches or under eviction.
package struct PerplexityMeasurement {
  let runner: ModelRunner

  package init(_ runner: ModelRunner) { self.runner = runner }

  /// One cell of a comparison.
  package struct Row: Sendable {
    package let cell: Cell
    package let cache: CacheFacts
    package let perplexity: Perplexity
    /// Against the full cache.
    package let change: PerplexityChange
  }

  /// Perplexity of `tokens[firstTarget...]`, the text being fed to a cell's cache as a prompt.
  ///
  /// Every token is predicted from the slots that the cache has when the token before has been fed, before the eviction that may
  /// follow. Throws `EvaluationError`.
  package func perplexity(
    of tokens: [Int32], under cell: Cell, firstTarget: Int
  ) throws -> Perplexity {
    try check(tokens.count, firstTarget: firstTarget)
    let plan = try cell.plan(shape: runner.shape, promptTokens: tokens.count, newTokens: 0)
    return try runner.withCache(plan) { Perplexity(surprises(of: tokens, in: $0, firstTarget: firstTarget)) }
  }

  /// Perplexity of windows that are fed from an empty full cache each, and of which the second half counts.
  ///
  /// That is how llama.cpp's `llama-perplexity` measures, so that both can be compared. `progress` is told the share done and the
  /// perplexity so far. Throws `EvaluationError` for windows that are no even number of tokens from 4 to the model's context.
  package func perplexity(
    ofHalves windows: [[Int32]], type: KeyValueType = .f16,
    progress: (Double, Perplexity) -> Void = { _, _ in }
  ) throws -> Perplexity {
    var perplexity = Perplexity()
    for (index, window) in windows.enumerated() {
      try Self.check(window: window.count, contextLength: runner.contextLength)
      let full = Cell.full.stored(as: type)
      let plan = try full.plan(shape: runner.shape, promptTokens: window.count, newTokens: 0)
      try runner.withCache(plan) { cache in
        for surprise in surprises(of: window, in: cache, firstTarget: window.count / 2 + 1) {
          perplexity.add(surprise)
        }
      }
      progress(Double(index + 1) / Double(windows.count), perplexity)
    }
    return perplexity
  }

  /// The full cache and every cell on the same targets: each window's tokens from `firstTarget` on.
  ///
  /// Windows are of one length. Without a `firstTarget` it is the smallest budget in slots, up to which all cells are alike.
  /// `progress` is told the share done and what comes next.
  ///
  /// Throws `EvaluationError`, before anything is measured if a cell cannot be.
  package func compare(
    _ cells: [Cell], on windows: [[Int32]], firstTarget: Int? = nil,
    progress: @escaping (Double, String) -> Void = { _, _ in }
  ) throws -> (firstTarget: Int, rows: [Row]) {
    let tokens = windows[0].count
    let cells = [Cell.full] + cells
    let plans = try cells.map { try $0.plan(shape: runner.shape, promptTokens: tokens, newTokens: 0) }
    let smallest = plans.compactMap(\.budgetSlots).min() ?? 1
    let firstTarget = firstTarget ?? min(smallest, tokens - 1)
    try check(tokens, firstTarget: firstTarget)
    var surprises = Array(repeating: [Double](), count: cells.count)
    var facts: [CacheFacts?] = Array(repeating: nil, count: cells.count)
    var steps = Steps(windows.count * cells.count, progress)
    for window in windows {
      steps.begin(cells[0].name)
      let reference = try runner.withCache(plans[0]) { cache in
        let reference = self.surprises(of: window, in: cache, firstTarget: firstTarget)
        facts[0] = CacheFacts(cache)
        return reference
      }
      surprises[0] += reference
      let dense = try dense(window, cells, firstTarget: firstTarget, else: reference)
      try runner.withPrefilled(window, plans: Array(plans.dropFirst())) { index, cache in
        steps.begin(cells[index + 1].name)
        // What was predicted from the dense part is the same for all of a type.
        let shared = (dense[cells[index + 1].type] ?? []).prefix(
          max(0, cache.logicalLength + 1 - firstTarget))
        let rest = self.surprises(
          of: window, in: cache, firstTarget: max(firstTarget, cache.logicalLength + 1))
        surprises[index + 1] += shared + rest
        facts[index + 1] = CacheFacts(cache)
      }
    }
    let rows = cells.indices.compactMap { index in
      facts[index].map { facts in
        Row(
          cell: cells[index], cache: facts, perplexity: Perplexity(surprises[index]),
          change: PerplexityChange(from: surprises[0], to: surprises[index]))
      }
    }
    return (firstTarget, rows)
  }

  /// What full caches of the cells' types make of a window; `reference` is what that of the first cell made of it.
  private func dense(
    _ window: [Int32], _ cells: [Cell], firstTarget: Int, else reference: [Double]
  ) throws -> [KeyValueType: [Double]] {
    var dense = [cells[0].type: reference]
    for type in Set(cells.map(\.type)) where dense[type] == nil {
      let full = Cell.full.stored(as: type)
      let plan = try full.plan(shape: runner.shape, promptTokens: window.count, newTokens: 0)
      dense[type] = try runner.withCache(plan) { surprises(of: window, in: $0, firstTarget: firstTarget) }
    }
    return dense
  }

  /// Throws `EvaluationError.window` for windows that cannot be cut in halves or exceed the context.
  package static func check(window: Int, contextLength: Int) throws(EvaluationError) {
    guard window >= 4, window % 2 == 0, window <= contextLength else {
      throw .window(window, contextLength: contextLength)
    }
  }

  /// Negative log-likelihoods of `tokens[firstTarget...]`, of which `cache` has not seen the last yet.
  func surprises(of tokens: [Int32], in cache: SequenceCache, firstTarget: Int) -> [Double] {
    var surprises: [Double] = []
    runner.feed(tokens, to: cache, logitsFrom: firstTarget - 1) { position, logits in
      // The last token predicts nothing that is known.
      guard position + 1 < tokens.count else { return }
      surprises.append(logits.surprise(of: tokens[position + 1]))
    }
    return surprises
  }

  private func check(_ tokens: Int, firstTarget: Int) throws(EvaluationError) {
    guard (2...max(2, runner.contextLength)).contains(tokens) else {
      throw .tooLong(tokens: tokens, contextLength: runner.contextLength)
    }
    guard (1..<tokens).contains(firstTarget) else { throw .scoreFrom(firstTarget, tokens: tokens) }
  }
}
