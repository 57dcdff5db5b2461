import Kernels
import Testing

@testable import Caching

@Suite struct EvictionScratchTests {
  @Test(
    "scratch that has grown for one cache has room for one of a page more", arguments: [16, 4096, 40_000])
  func grows(slots: Int) throws {
    var scratch = EvictionScratch(instructions: try InstructionSet())
    for wanted in [slots, slots + CacheShape.slotsPerPage] {
      scratch.fit(wanted, memoryColumns: 0)
      let room = scratch.statistics.capacity
      #expect(room >= wanted)
    }
  }
}
