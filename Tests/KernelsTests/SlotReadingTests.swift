import ModelFixtures
import Testing

@testable import Kernels

@Suite struct SlotReadingTests {
  @Test(
    "listed slots' keys and values are read in the list's order",
    arguments: InstructionSet.available,
    [
      AttentionCase(dimension: 64, old: 70), AttentionCase(dimension: 80, old: 17),
      AttentionCase(dimension: 16, old: 300),
    ].ofAllTypes)
  func readsListedSlots(set: InstructionSet, sizes: AttentionCase) {
    let fixture = AttentionFixture(sizes)
    _ = attend([fixture], on: set)
    var random = SplitMix64(state: 3)
    let all = Array(0..<Int32(sizes.slotCount))
    for list in [
      all, all.shuffled(using: &random), Array(all.shuffled(using: &random).prefix(9)), [all[3], all[3]], [],
    ] {
      let (keys, values) = read(fixture.slots(1), list, on: set)
      let slots = list.map { Int($0) }
      #expect(keys == slots.flatMap { fixture.key(1, $0).map { Float($0) } })
      #expect(values == slots.flatMap { fixture.value(1, $0).map { Float($0) } })
    }
  }

  private func read(_ slots: KeyValueSlots, _ list: [Int32], on set: InstructionSet) -> ([Float], [Float]) {
    var keys = [Float](repeating: 0, count: list.count * slots.headDimension)
    var values = keys
    var span = keys.mutableSpan
    set.readKeys(of: slots, list: list.span, into: &span)
    span = values.mutableSpan
    set.readValues(of: slots, list: list.span, into: &span)
    return (keys, values)
  }
}
