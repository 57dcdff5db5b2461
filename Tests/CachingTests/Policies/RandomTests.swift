import Caching
import Testing

@Suite struct RandomTests {
  private func kept(seed: UInt64) throws -> [[[Int]]] {
    let run = try Simulation(
      Small.plan(CacheRequest(policy: "random", budget: .slots(32), seed: seed), prompt: 200, new: 50))
    run.run(attention: { _ in 0 })
    return run.kept
  }

  @Test("another seed, another choice; heads and layers choose apart")
  func dependsOnSeedAndPlace() throws {
    let one = try kept(seed: 1)
    #expect(try one != kept(seed: 2))
    #expect(Set(one.joined()).count == 4)
  }

  @Test("victims are spread over the candidates")
  func isSpread() throws {
    var ages: [Int] = []
    for seed in 0..<50 {
      let request = CacheRequest(
        policy: "random", budget: .slots(100), stride: 1, sinks: 0, recent: .slots(0), seed: UInt64(seed))
      let run = try Simulation(Small.plan(request, prompt: 100, new: 1))
      run.run(attention: { _ in 0 })
      ages += run.kept.joined().flatMap { Set(0..<101).subtracting($0) }
    }
    let mean = Double(ages.reduce(0, +)) / Double(ages.count)
    #expect(ages.count == 200)
    #expect((40...60).contains(mean))
  }
}
