import Caching
import Testing

@testable import kvota

@Suite("share of the floor")
struct FloorTests {
  static func ceilings(bytes: Double, integers: Double, floats: Double) throws -> Ceilings {
    Ceilings(
      bytesPerSecond: try #require(Spread([bytes])),
      integerOperationsPerSecond: try #require(Spread([integers])),
      floatOperationsPerSecond: try #require(Spread([floats])))
  }

  @Test("reading goes on beside computing: the slower of the two is the floor")
  func slower() throws {
    let ceilings = try Self.ceilings(bytes: 10, integers: 100, floats: 20)
    #expect(ceilings.floorSeconds(Cost(bytes: 50, integerOperations: 100, floatOperations: 20)) == 5)
    #expect(ceilings.floorSeconds(Cost(bytes: 5, integerOperations: 100, floatOperations: 20)) == 2)
  }

  @Test("the best of several measurements is the ceiling")
  func best() throws {
    let rates = try #require(Spread([5, 10, 1]))
    let ceilings = Ceilings(
      bytesPerSecond: rates, integerOperationsPerSecond: rates, floatOperationsPerSecond: rates)
    #expect(ceilings.floorSeconds(Cost(bytes: 20)) == 2)
  }

  @Test("a chunk's tokens see the slots before them and their own, and share the reading of all")
  func chunk() {
    var work = Work()
    work.add(tokens: 3, slots: 10)
    #expect(work == Work(tokens: 3, attendedSlots: 8 + 9 + 10, readSlots: 10))
  }

  @Test("a generated token reads all weights once, and keys and values of its slots in two bytes each")
  func decode() throws {
    let shape = try CacheShape(layers: 2, kvHeads: 3, queryHeads: 9, headDimension: 64)
    let costs = ModelCosts(
      weightBytes: 1000, layers: .init(integerWeights: 500, floatWeights: 7),
      output: .init(integerWeights: 100),
      shape: shape)
    var work = Work(steps: 1, logitsRows: 1)
    work.add(tokens: 1, slots: 10)
    let cost = costs.cost(of: work)
    #expect(cost.bytes == 1000 + Double(2 * 3 * 64 * 2 * 2 * 10))
    #expect(cost.integerOperations == 2 * 600)
    #expect(cost.floatOperations == 2 * 7 + Double(4 * 2 * 9 * 64 * 10))
  }

  @Test("a prompt multiplies every token, but its logits once")
  func prefill() throws {
    let shape = try CacheShape(layers: 1, kvHeads: 1, queryHeads: 1, headDimension: 16)
    let costs = ModelCosts(
      weightBytes: 0, layers: .init(integerWeights: 5), output: .init(integerWeights: 3), shape: shape)
    #expect(costs.cost(of: Work(tokens: 10, logitsRows: 1)).integerOperations == 2 * (50 + 3))
  }

  @Test("a row's share is its median over what the floor allows")
  func share() throws {
    let workload = Workload(section: .depth, promptTokens: 1, newTokens: 10)
    let cost = Cost(bytes: 10)
    let own = [4.0, 5, 2].map { Measurement(tokens: 10, seconds: $0, cost: cost) }
    let ceilings = try Self.ceilings(bytes: 5, integers: 1, floats: 1)
    let row = try #require(SpeedRow(workload, own: own, ceilings: ceilings, kvMemory: nil, peer: nil))
    #expect(row.floorTokensPerSecond == 5)
    #expect(row.tokensPerSecond.median == 2.5)
    #expect(row.shareOfFloor == 0.5)
    #expect(row.ratioToPeer == nil)
  }

  @Test("the peer's better setting counts")
  func peer() throws {
    let best = try #require(SpeedRow.PeerResult.best([(.on, [1, 2, 9]), (.off, [3, 3, 3])]))
    #expect(best.flashAttention == .off && best.tokensPerSecond.median == 3)
    #expect(SpeedRow.PeerResult.best([]) == nil)
  }

  @Test("a kernel is told in the unit of what limits it")
  func units() throws {
    let ceilings = try Self.ceilings(bytes: 10, integers: 100, floats: 10)
    #expect(KernelRow.Unit(Cost(bytes: 10, integerOperations: 50), ceilings) == .gigabytesPerSecond)
    #expect(
      KernelRow.Unit(Cost(bytes: 1, integerOperations: 50), ceilings) == .integerGigaoperationsPerSecond)
    #expect(KernelRow.Unit(Cost(bytes: 1, floatOperations: 50), ceilings) == .gigaflopsPerSecond)
    #expect(KernelRow.Unit(Cost(), ceilings) == .microseconds)
    let row = try #require(
      KernelRow("read", seconds: [2, 4, 3], cost: Cost(bytes: 15e9), ceilings: ceilings))
    #expect(row.value.median == 5)
    #expect(row.microseconds == 3e6)
    let idle = try #require(KernelRow("idle", seconds: [1], cost: Cost(), ceilings: ceilings))
    #expect(idle.shareOfCeiling == nil && idle.value.median == 1e6)
  }
}
