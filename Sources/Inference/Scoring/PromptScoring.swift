import Kernels
import Models

/// Scores the prompt's tokens that a step has fed: every row's logits are of the token that follows it in the prompt.
///
/// Logits are made for as many rows at a time as the model has room for, and only scores are kept of them.
final class PromptScoring {
  /// One thread's share of a piece's rows, and what came of it.
  private final class Share {
    var scores: [TokenScore] = []
  }

  private struct Work: ParallelWork {
    let model: Model
    let tokens: ArraySlice<Int32>
    let top: Int
    let shares: [Share]

    func perform(_ task: Int) {
      shares[task].scores.removeAll(keepingCapacity: true)
      let rows = task * tokens.count / shares.count..<(task + 1) * tokens.count / shares.count
      for row in rows {
        let score = model.withLogits(row) { logits in
          TokenScorer.score(of: tokens[tokens.startIndex + row], in: logits.span, top: top)
        }
        shares[task].scores.append(score)
      }
    }
  }

  private let model: Model
  private let shares: [Share]

  init(_ model: Model) {
    self.model = model
    shares = (0..<model.compute.pool.threadCount).map { _ in Share() }
  }

  /// The scores of `tokens`, the first of which follows the batch's row `firstRow`.
  ///
  /// Writes over the step's logits.
  func scores(of tokens: ArraySlice<Int32>, after firstRow: Int, top: Int) -> [TokenScore] {
    var scores: [TokenScore] = []
    scores.reserveCapacity(tokens.count)
    var (rest, row) = (tokens, firstRow)
    while !rest.isEmpty {
      let piece = rest.prefix(model.maxLogitsRows)
      model.project(rows: row..<row + piece.count)
      model.compute.pool.run(
        tasks: shares.count, Work(model: model, tokens: piece, top: top, shares: shares))
      for share in shares { scores += share.scores }
      rest = rest.dropFirst(piece.count)
      row += piece.count
    }
    return scores
  }
}
