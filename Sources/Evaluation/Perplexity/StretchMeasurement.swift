import Caching

/// The perplexity of a long text stretch by stretch: whether a cache that goes on without end stays as good as at the start.
extension PerplexityMeasurement {
  package struct Stretches: Sendable {
    /// First target of each stretch.
    package let starts: [Int]
    /// The full cache, fed anew with the `contextTokens` before every so many tokens: what a cache without end is to be compared with.
    package let recomputed: [Perplexity]
    package let contextTokens: Int
    package let cells: [(cell: Cell, perplexities: [Perplexity])]
  }

  /// Feeds all of `tokens` to every cell's cache as one prompt, and scores each `every` tokens apart; the last may be fewer.
  ///
  /// A cell whose keys are read at their original positions is refused where the text exceeds the model's context.
  /// Throws `EvaluationError`, before anything is measured if a cell cannot be.
  package func stretches(
    of tokens: [Int32], every: Int, cells: [Cell], progress: @escaping (Double, String) -> Void = { _, _ in }
  ) throws -> Stretches {
    let plans = try cells.map { cell in
      let plan = try cell.plan(shape: runner.shape, promptTokens: tokens.count, newTokens: 0)
      let positions = cell.request.positions == .cache ? plan.peakSlots : tokens.count
      guard positions <= runner.contextLength else {
        throw EvaluationError.tooLong(tokens: positions, contextLength: runner.contextLength)
      }
      return plan
    }
    let largest = plans.compactMap(\.budgetSlots).max() ?? runner.contextLength
    let contextTokens = max(1, min(largest, runner.contextLength / 2, tokens.count / 2))
    var steps = Steps(1 + cells.count, progress)
    steps.begin("the full cache, recomputed")
    let recomputed = split(try recomputed(tokens, contextTokens: contextTokens), every: every)
    let measured = try zip(cells, plans).map { cell, plan in
      steps.begin(cell.name)
      let found = try runner.withCache(plan) { surprises(of: tokens, in: $0, firstTarget: 1) }
      return (cell: cell, perplexities: split(found, every: every))
    }
    return Stretches(
      starts: Array(stride(from: 1, to: tokens.count, by: every)), recomputed: recomputed,
      contextTokens: contextTokens, cells: measured)
  }

  /// Every token predicted by a full cache of the `contextTokens` to twice as many before it.
  private func recomputed(_ tokens: [Int32], contextTokens: Int) throws -> [Double] {
    var surprises: [Double] = []
    for start in stride(from: 0, to: tokens.count - 1, by: contextTokens) {
      let first = max(0, start - contextTokens)
      let window = Array(tokens[first..<min(start + contextTokens + 1, tokens.count)])
      let plan = try Cell.full.plan(shape: runner.shape, promptTokens: window.count, newTokens: 0)
      surprises += try runner.withCache(plan) {
        self.surprises(of: window, in: $0, firstTarget: start - first + 1)
      }
    }
    return surprises
  }

  private func split(_ surprises: [Double], every: Int) -> [Perplexity] {
    stride(from: 0, to: surprises.count, by: every).map {
      Perplexity(surprises[$0..<min($0 + every, surprises.count)])
    }
  }
}

extension PerplexityMeasurement {
  /// A row a stretch, a column a cell.
  package static func table(_ found: Stretches) -> ReportTable {
    ReportTable(
      name: "stretches", columns: ["from_token", "recomputed"] + found.cells.map(\.cell.name),
      rows: found.starts.indices.map { index in
        [.count(found.starts[index]), .number(found.recomputed[index].value, digits: 3)]
          + found.cells.map { .number($0.perplexities[index].value, digits: 3) }
      })
  }

  package static func plots(_ found: Stretches) -> [Plot] {
    let lines =
      [("full, recomputed", found.recomputed)] + found.cells.map { ($0.cell.name, $0.perplexities) }
    return [
      Plot(
        title: "Perplexity along the text: lower is better", xLabel: "token", yLabel: "perplexity",
        lines: lines.map { name, perplexities in
          Plot.Line(
            name: name,
            points: zip(found.starts, perplexities).map { start, perplexity in
              Plot.Point(
                x: Double(start), y: perplexity.value,
                title: "\(name) from token \(start): \(ReportValue.number(perplexity.value, digits: 3).shown)"
              )
            })
        })
    ]
  }
}
