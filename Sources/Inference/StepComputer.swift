import Kernels
import Models

/// What computes a step's batch: the model, or a stand-in where the scheduler itself is tried.
protocol StepComputer: AnyObject {
  /// Feeds the batch's tokens: keys and values go to their caches.
  func forward(_ batch: borrowing Batch)
  /// Lets every sequence that has a row of logits sample its next token.
  func sample(_ sequences: [TokenSequence])
  /// Scores the prompts' tokens of the sequences that want that; their logits must have been sampled from before.
  func scorePrompts(of sequences: [TokenSequence])
  /// Evicts what the sequences' caches owe after this step.
  func evict(_ sequences: [TokenSequence])
}

/// Steps of a real model, on all threads of its pool.
final class ModelComputer: StepComputer {
  private let model: Model
  private let scratch: [SamplingScratch]
  private let scoring: PromptScoring
  private let eviction: Eviction

  init(_ model: Model) {
    self.model = model
    scoring = PromptScoring(model)
    scratch = (0..<model.compute.pool.threadCount).map { _ in SamplingScratch() }
    eviction = Eviction(compute: model.compute)
  }

  func forward(_ batch: borrowing Batch) { model.forward(batch) }

  /// Each sequence has its own generator, each thread its own scratch.
  func sample(_ sequences: [TokenSequence]) {
    let tasks = min(scratch.count, sequences.count)
    model.compute.pool.run(
      tasks: tasks, Sampling(model: model, sequences: sequences, scratch: scratch, tasks: tasks))
  }

  func scorePrompts(of sequences: [TokenSequence]) {
    for sequence in sequences {
      sequence.scorePrompt { tokens, row, top in scoring.scores(of: tokens, after: row, top: top) }
    }
  }

  func evict(_ sequences: [TokenSequence]) {
    eviction.endStep(of: sequences.lazy.compactMap(\.cache), on: model.compute.pool)
  }
}

/// One thread's share of a step's sampling.
private struct Sampling: ParallelWork {
  let model: Model
  let sequences: [TokenSequence]
  let scratch: [SamplingScratch]
  let tasks: Int

  func perform(_ task: Int) {
    for index in stride(from: task, to: sequences.count, by: tasks) {
      sequences[index].sample(with: scratch[task]) { row, body in
        model.withLogits(row, body)
      }
    }
  }
}

/// What sampling needs, one for each compute thread.
final class SamplingScratch {
  var candidates = Candidates()
  var scorer = TokenScorer()
}
