import Kernels
import Testing

@testable import Caching

@Suite struct CacheCopyTests {
  @Test(
    "a copy goes on as if its first tokens had been fed to it",
    arguments: [("roco", .f16), ("tova", .q8), ("streaming", .f16)] as [(String, KeyValueType)], [7, 40, 90])
  func goesOn(cache: (policy: String, type: KeyValueType), lent: Int) throws {
    let plan = try Small.plan(
      CacheRequest(policy: cache.policy, budget: .slots(40)), type: cache.type, prompt: 90, new: 30)
    let full = try Small.plan(CacheRequest(), type: cache.type, prompt: 90, new: 30)
    let pool = try CachePool(limitBytes: plan.peakBytes + full.peakBytes, shape: plan.shape)
    let source = try Simulation(full, pool: pool)
    source.writesBytes = true
    source.step(lent, attention: { _ in 0 })
    let copy = try Simulation(plan, cache: try #require(pool.makeCache(plan, copying: source.cache)))
    copy.writesBytes = true
    // Of q8, without the page of newest tokens, whole blocks of 16.
    #expect(copy.cache.logicalLength == (cache.type == .q8 && lent > 40 ? 32 : min(lent, 40)))
    var foreign = 0
    copy.run(attention: MadeUpAttention().callAsFunction) { foreign += copy.slotsWithForeignBytes }
    #expect(foreign == 0)
    let fresh = try Simulation(plan)
    fresh.run(attention: MadeUpAttention().callAsFunction)
    #expect(copy.kept == fresh.kept)
    #expect(source.slotsWithForeignBytes == 0)
  }

  @Test("a copy of all tokens has the newest ones in half precision too")
  func newestPage() throws {
    let full = try Small.plan(CacheRequest(), type: .q8, prompt: 90, new: 30)
    let pool = try CachePool(limitBytes: 2 * full.peakBytes, shape: full.shape)
    let source = try Simulation(full, pool: pool)
    source.step(40, attention: { _ in 0 })
    for head in 0..<4 { fill(source.cache, head, with: UInt8(head + 1)) }
    let copy = try #require(pool.makeCache(full, copying: source.cache))
    #expect(copy.logicalLength == 40)
    for head in 0..<4 { #expect(newest(copy, head) == Array(repeating: UInt8(head + 1), count: 64 * 16)) }
  }

  private func fill(_ cache: SequenceCache, _ head: Int, with byte: UInt8) {
    cache.head(head).newestPage?.initializeMemory(as: UInt8.self, repeating: byte, count: 64 * 16)
  }

  private func newest(_ cache: SequenceCache, _ head: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: cache.head(head).newestPage, count: 64 * 16))
  }

  @Test("no copy is made of a cache that has evicted, or that lacks what the policy wants")
  func refuses() throws {
    let plan = try Small.plan(CacheRequest(policy: "roco", budget: .slots(40)), prompt: 90, new: 30)
    let pool = try CachePool(limitBytes: 4 * plan.peakBytes, shape: Small.shape)
    let evicted = try Simulation(plan, pool: pool)
    evicted.run(attention: MadeUpAttention().callAsFunction)
    #expect(pool.makeCache(plan, copying: evicted.cache) == nil)
    let dense = try Simulation(plan, pool: pool)
    dense.step(20, attention: { _ in 0 })
    var request = CacheRequest(policy: "roco", budget: .slots(40))
    request.modifiers.value = true
    #expect(pool.makeCache(try Small.plan(request, prompt: 90, new: 30), copying: dense.cache) == nil)
    request.modifiers.value = false
    request.positions = .cache
    #expect(pool.makeCache(try Small.plan(request, prompt: 90, new: 30), copying: dense.cache) == nil)
    #expect(pool.makeCache(plan, copying: dense.cache) != nil)
  }
}
