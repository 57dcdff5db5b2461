import Caching
import Testing

@testable import kvota

@Suite("rows of the benchmark")
struct WorkloadTests {
  @Test("no two rows have the same name", arguments: [false, true])
  func names(full: Bool) {
    let names = Workload.all(full: full).map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test("every policy that evicts is measured under every budget", arguments: [false, true])
  func policies(full: Bool) {
    let budgets = Workload.all(full: full).filter { $0.section == .budget }
    let policies = EvictionPolicies.all.filter(\.evicts).map(\.name)
    for budget in full ? [128, 512, 2048] : [128, 512] {
      #expect(budgets.filter { $0.budgetSlots == budget }.map(\.policy) == policies)
    }
  }

  @Test("every row's cache can be planned", arguments: [false, true])
  func plans(full: Bool) throws {
    let shape = try CacheShape(layers: 30, kvHeads: 3, queryHeads: 9, headDimension: 64)
    for workload in Workload.all(full: full) {
      let plan = try workload.plan(shape, repetitions: 5)
      #expect(plan.maxTotalTokens == workload.totalTokens(repetitions: 5), "\(workload.name)")
      #expect((plan.budgetSlots == nil) == (workload.budgetSlots == nil))
    }
  }

  @Test("a prompt's tokens are in the vocabulary, and the same each time")
  func prompt() {
    let workload = Workload(section: .prefill, promptTokens: 1000, newTokens: 1)
    let prompt = workload.prompt(vocabularySize: 50)
    #expect(prompt.count == 1000 && prompt.allSatisfy { (0..<50).contains($0) })
    #expect(prompt == workload.prompt(vocabularySize: 50))
  }

  @Test("a pattern chooses rows by part of their name, whatever the case, or the one that is called so")
  func selection() throws {
    let names = ["decode at 1024", "decode at 1024, roco 128", "decode at 1024, roco 512"]
    func chosen(_ pattern: String?) throws -> [String] {
      let selection = try RowSelection(pattern, of: names)
      return names.filter(selection.includes)
    }
    #expect(try chosen("RoCo 512") == ["decode at 1024, roco 512"])
    #expect(try chosen("at 1024") == names)
    #expect(try chosen("Decode at 1024") == ["decode at 1024"])
    #expect(try chosen(nil) == names)
    #expect(throws: NoSuchRow.self) { try chosen("h2o") }
  }

  @Test("the time left is that of the rows so far, by the weights of those to come")
  func timeLeft() {
    let estimate = TimeEstimate(weights: [1, 3, 4])
    #expect(estimate.secondsLeft(done: 0, elapsed: 0) == nil)
    #expect(estimate.secondsLeft(done: 2, elapsed: 8) == 8)
    #expect(estimate.secondsLeft(done: 3, elapsed: 16) == 0)
    #expect(Progress.text(99.2) == "about 100 s" && Progress.text(121) == "about 3 min")
  }
}
