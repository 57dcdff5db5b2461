import Kernels

/// Feed-forward parts of which each token uses a few, as its router says; arXiv 2401.04088.
///
/// Expert by expert, in the order of their numbers: those tokens that use it are brought together, so that a prompt reads each
/// expert's weights once, and a token's sum has one order whatever its company.
final class ExpertsBlock {
  private let compute: Compute
  private let model: ModelConfiguration.Experts
  // Scratch of a step, `[capacity, ...]`.
  private let logits: FloatRows
  private let gathered: Activations
  private let products: FloatRows
  private let activated: Activations
  private let results: FloatRows

  /// Nil for a model without experts.
  init?(_ model: ModelConfiguration, like layer: LayerWeights, compute: Compute, capacity: Int) {
    guard let experts = model.experts, case .experts(let router, let weights) = layer.feedForward else {
      return nil
    }
    self.compute = compute
    self.model = experts
    logits = FloatRows(capacity: capacity, width: router.outputWidth)
    gathered = Activations(capacity: capacity, width: model.width)
    products = FloatRows(capacity: capacity, width: weights[0].gateAndUp.outputWidth)
    activated = Activations(capacity: capacity, width: experts.width)
    results = FloatRows(capacity: capacity, width: weights[0].down.outputWidth)
  }

  func run(
    _ router: PackedMatrix, _ experts: [ExpertWeights], rows: Int, input: borrowing Activations,
    into update: borrowing FloatRows
  ) {
    compute.multiply(router, input, rows: rows, into: logits)
    for row in 0..<rows { update.withRow(row) { sums in for index in sums.indices { sums[index] = 0 } } }
    for (expert, users) in users(rows: rows).enumerated() where !users.rows.isEmpty {
      let count = users.rows.count
      compute.gather(users.rows, of: input, into: gathered)
      compute.multiplyGated(
        experts[expert].gateAndUp, gathered, rows: count, products: products, into: activated)
      compute.multiply(experts[expert].down, activated, rows: count, into: results)
      compute.scatter(results, times: users.shares, to: users.rows, of: update)
    }
  }

  /// For each expert the rows that use it, and what its share in each is.
  private func users(rows: Int) -> [(rows: [Int], shares: [Float])] {
    var users = [(rows: [Int], shares: [Float])](repeating: ([], []), count: model.count)
    for row in 0..<rows {
      let choice = logits.withRow(row, count: model.count) { values in
        ExpertChoice(logits: values.indices.map { values[$0] }, used: model.used)
      }
      for (expert, share) in zip(choice.experts, choice.shares) {
        users[expert].rows.append(row)
        users[expert].shares.append(share)
      }
    }
    return users
  }
}
