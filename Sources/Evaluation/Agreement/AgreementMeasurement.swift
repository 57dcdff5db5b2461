import Caching

/// Compares what constrained caches predict with what the full cache does, token by token of the full cache's own text.
package struct AgreementMeasurement {
  private let runner: ModelRunner

  package init(_ runner: ModelRunner) { self.runner = runner }

  /// One cell, over all prompts.
  package struct Row: Sendable {
    package let cell: Cell
    package let cache: CacheFacts
    /// Share of the tokens that are the likeliest of the cell as well.
    package let agreement: Double
    /// Mean Kullback-Leibler divergence from the full cache's distribution, in nats.
    package let divergence: Double
    /// Index of the first token that is another, the median over the prompts; the number of tokens where none is.
    package let firstDifference: Double
  }

  /// The full cache and every cell: `newTokens` tokens after each of the prompts, which are of one length.
  ///
  /// The full cache generates greedily; the cells are fed the same tokens, so that a difference does not lead to others.
  /// Throws `EvaluationError`, before anything is measured if a cell cannot be.
  package func compare(
    _ cells: [Cell], after prompts: [[Int32]], newTokens: Int,
    progress: @escaping (Double, String) -> Void = { _, _ in }
  ) throws -> [Row] {
    let promptTokens = prompts[0].count
    let total = promptTokens + newTokens
    guard promptTokens >= 2, total <= runner.contextLength else {
      throw EvaluationError.tooLong(tokens: total, contextLength: runner.contextLength)
    }
    let cells = [Cell.full] + cells
    let plans = try cells.map {
      try $0.plan(shape: runner.shape, promptTokens: promptTokens, newTokens: newTokens)
    }
    var tallies = Array(repeating: Tally(), count: cells.count)
    var steps = Steps(prompts.count * cells.count, progress)
    for prompt in prompts {
      steps.begin(cells[0].name)
      let reference = try runner.withCache(plans[0]) { cache in
        let reference = generate(newTokens, after: prompt, in: cache)
        tallies[0].add(reference.map { _ in (true, 0) }, cache)
        return reference
      }
      let tokens = prompt + reference.dropLast().map(\.token)
      try runner.withPrefilled(prompt, plans: Array(plans.dropFirst())) { index, cache in
        steps.begin(cells[index + 1].name)
        var compared: [(Bool, Double)] = []
        runner.feed(tokens, to: cache, logitsFrom: prompt.count - 1) { _, logits in
          let row = reference[compared.count]
          compared.append((logits.likeliest == row.token, row.divergence(of: logits)))
        }
        tallies[index + 1].add(compared, cache)
      }
    }
    return zip(cells, tallies).compactMap { $1.row(of: $0) }
  }

  /// The likeliest continuation of `prompt`.
  private func generate(_ count: Int, after prompt: [Int32], in cache: SequenceCache) -> [LogitsRow] {
    var tokens = prompt
    var rows: [LogitsRow] = []
    for _ in 0..<count {
      runner.feed(tokens, to: cache, logitsFrom: tokens.count - 1) { rows.append(LogitsRow($1)) }
      tokens.append(rows[rows.count - 1].token)
    }
    return rows
  }

  /// What a cell's comparisons add up to.
  private struct Tally {
    private var agreeing = 0
    private var divergence = Mean()
    private var firstDifferences: [Double] = []
    private var cache: CacheFacts?

    mutating func add(_ compared: [(agrees: Bool, divergence: Double)], _ cache: SequenceCache) {
      agreeing += compared.count { $0.agrees }
      for token in compared { divergence.add(token.divergence) }
      firstDifferences.append(Double(compared.firstIndex { !$0.agrees } ?? compared.count))
      self.cache = CacheFacts(cache)
    }

    func row(of cell: Cell) -> Row? {
      cache.map { cache in
        Row(
          cell: cell, cache: cache, agreement: Double(agreeing) / Double(divergence.count),
          divergence: divergence.value, firstDifference: firstDifferences.median)
      }
    }
  }
}
