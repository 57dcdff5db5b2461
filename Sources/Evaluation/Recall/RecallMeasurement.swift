import Caching
package import Tokenizing

/// Asks for what is hidden in texts, under full and constrained caches.
package struct RecallMeasurement {
  private let runner: ModelRunner
  private let tokenizer: Tokenizer

  package init(_ runner: ModelRunner, tokenizer: Tokenizer) {
    self.runner = runner
    self.tokenizer = tokenizer
  }

  /// One cell.
  package struct Row: Sendable {
    package let cell: Cell
    /// Of the last task.
    package let cache: CacheFacts
    /// Whether the answer to each task was right.
    package let isRight: [Bool]
  }

  /// The full cache and every cell on all tasks; answers are greedy.
  ///
  /// Throws `EvaluationError`, before anything is measured if a cell cannot be.
  package func compare(
    _ cells: [Cell], on tasks: [RecallTask], progress: @escaping (Double, String) -> Void = { _, _ in }
  ) throws -> [Row] {
    let cells = [Cell.full] + cells
    let questions = try tasks.map { try question($0, cells) }
    var answers = Array(repeating: [Bool](), count: cells.count)
    var facts: [CacheFacts?] = Array(repeating: nil, count: cells.count)
    var steps = Steps(tasks.count * cells.count, progress)
    for (task, question) in zip(tasks, questions) {
      try runner.withPrefilled(question.prompt, plans: question.plans) { index, cache in
        steps.begin("\(cells[index].name), \(task.kind.rawValue) at \(Int(task.depth * 100)) %")
        answers[index].append(task.isRight(answer(question, in: cache)))
        facts[index] = CacheFacts(cache)
      }
    }
    return cells.indices.compactMap { index in
      facts[index].map { Row(cell: cells[index], cache: $0, isRight: answers[index]) }
    }
  }

  private struct Question {
    let prompt: [Int32]
    let newTokens: Int
    let plans: [CachePlan]
  }

  private func question(_ task: RecallTask, _ cells: [Cell]) throws -> Question {
    let prompt = tokenizer.encode(task.text, parseSpecial: false, addBOS: tokenizer.addsBOS)
    // One more than the answer tells a longer number.
    let newTokens = tokenizer.encode(" " + task.answer, parseSpecial: false).count + 1
    guard prompt.count + newTokens <= runner.contextLength else {
      throw EvaluationError.tooLong(tokens: prompt.count + newTokens, contextLength: runner.contextLength)
    }
    let plans = try cells.map {
      try $0.plan(shape: runner.shape, promptTokens: prompt.count, newTokens: newTokens)
    }
    return Question(prompt: prompt, newTokens: newTokens, plans: plans)
  }

  private func answer(_ question: Question, in cache: SequenceCache) -> String {
    var tokens = question.prompt
    for _ in 0..<question.newTokens {
      var next: Int32 = 0
      runner.feed(tokens, to: cache, logitsFrom: tokens.count - 1) { next = $1.likeliest }
      tokens.append(next)
    }
    return tokenizer.decode(Array(tokens[question.prompt.count...]))
  }
}
