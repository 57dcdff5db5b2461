import Evaluation
import Foundation
import Testing
import Tokenizing

@Suite("recall")
struct RecallTests {
  private let tiny: Tiny

  init() throws { tiny = try Tiny() }

  private func task(
    _ kind: RecallTask.Kind, tokens: Int = 3000, depth: Double, keys: Int = 4, seed: UInt64 = 1
  ) throws -> RecallTask {
    try RecallTask(kind, tokens: tokens, depth: depth, keys: keys, seed: seed, tokenizer: tiny.tokenizer)
  }

  @Test(
    "what is asked for is at its depth", arguments: RecallTask.Kind.allCases, [0, 0.1, 0.25, 0.5, 0.9, 1])
  func depth(kind: RecallTask.Kind, depth: Double) throws {
    let task = try task(kind, depth: depth)
    let found = try #require(task.text.range(of: task.answer))
    let place = Double(task.text[..<found.lowerBound].count) / Double(task.text.count)
    // Announcement, question and other people take some of the text.
    #expect(abs(place - depth) < 0.15, "at \(place)")
  }

  @Test("a text has the tokens asked for, less one sentence at most", arguments: RecallTask.Kind.allCases)
  func length(kind: RecallTask.Kind) throws {
    let text = try task(kind, tokens: 2000, depth: 0.5).text
    #expect((1976...2000).contains(tiny.tokenizer.encode(text, parseSpecial: false).count))
  }

  @Test("the question is last and does not tell the answer")
  func question() throws {
    for kind in RecallTask.Kind.allCases {
      let task = try task(kind, depth: 0.5)
      #expect(task.text.hasSuffix(" is"))
      #expect(!task.text.suffix(90).contains(task.answer))
    }
  }

  @Test(
    "there are as many people as keys, and each has a number of its own",
    arguments: [1, 4, RecallTask.mostKeys])
  func people(keys: Int) throws {
    let text = try task(.keyValue, tokens: 8000, depth: 0.5, keys: keys).text
    let sentences = text.matches(of: /The pass key of ([A-Z][a-z]+) is ([0-9]{5})\./)
    #expect(sentences.count == keys)
    #expect(Set(sentences.map(\.output.1)).count == keys)
  }

  @Test("the same seed gives the same text, another seed another")
  func seeds() throws {
    for kind in RecallTask.Kind.allCases {
      #expect(try task(kind, depth: 0.5) == task(kind, depth: 0.5))
      #expect(try task(kind, depth: 0.5).answer != task(kind, depth: 0.5, seed: 2).answer)
    }
  }

  @Test("an answer is right if it begins with the number and not with a longer one")
  func right() throws {
    let task = try task(.passkey, depth: 0.5)
    #expect(task.isRight(task.answer) && task.isRight(" \(task.answer).\n"))
    #expect(!task.isRight(task.answer + "0") && !task.isRight("the \(task.answer)") && !task.isRight(""))
  }

  @Test("a length without room for the question is refused with one that has")
  func tooShort() throws {
    let error = try #require(
      #expect(throws: EvaluationError.self) { try task(.passkey, tokens: 20, depth: 0.5) })
    guard case .taskTooShort(20, let fewest) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(try !task(.passkey, tokens: fewest, depth: 0.5).text.isEmpty)
  }

  @Test("every cache answers every task, and one that evicts nothing as the full one does")
  func comparison() throws {
    let tasks = try [0.2, 0.8].map { try task(.passkey, tokens: 600, depth: $0) }
    let rows = try RecallMeasurement(tiny.runner, tokenizer: tiny.tokenizer)
      .compare([Tiny.cell("roco", 900), Tiny.cell("tova", 64)], on: tasks)
    #expect(rows.map(\.isRight.count) == [2, 2, 2])
    #expect(rows[0].isRight == rows[1].isRight)
    #expect(rows[2].cache.keptSlots == 64)
  }

  @Test("the report counts by cell, and by task, length and depth")
  func report() throws {
    let tasks = try [0.2, 0.8].flatMap { depth in
      try [1, 2].map { try task(.passkey, tokens: 600, depth: depth, seed: $0) }
    }
    let rows = try RecallMeasurement(tiny.runner, tokenizer: tiny.tokenizer).compare([], on: tasks)
    let cells = RecallMeasurement.table(rows, tasks)
    #expect(cells.columns.contains("passkey") && !cells.columns.contains("key_value"))
    #expect(cells.rows[0][try #require(cells.columns.firstIndex(of: "tasks"))] == .count(4))
    let depths = RecallMeasurement.depthTable(rows, tasks)
    #expect(depths.rows.map { $0[4] } == [.share(0.2, digits: 0), .share(0.8, digits: 0)])
    #expect(depths.rows.allSatisfy { $0.last == .count(2) })
  }
}
