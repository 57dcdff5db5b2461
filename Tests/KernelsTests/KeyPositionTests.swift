import CKernels
import ModelFixtures
import Testing

@testable import Kernels

/// Keys that are stored before rotation, and turned to their slots' positions when they are read.
@Suite struct KeyPositionTests {
  static let cases = [1, 2, 17, 33].flatMap { chunk in
    [0, (chunk + 1) / 2, chunk].map { reused in
      AttentionCase(
        group: 3, dimension: 64, old: 300, chunk: chunk, reused: reused, windowRows: 3, turnsKeys: true)
    }
  }

  @Test(
    "attention is that over the turned keys", arguments: InstructionSet.available,
    cases + [
      AttentionCase(group: 2, dimension: 80, old: 20, chunk: 3, turnsKeys: true),
      AttentionCase(group: 16, dimension: 128, old: 260, chunk: 2, joinsByMaximum: true, turnsKeys: true),
      AttentionCase(group: 1, dimension: 16, old: 0, chunk: 1, turnsKeys: true),
      AttentionCase(group: 3, dimension: 64, old: 300, chunk: 1, turnsKeys: true, type: .q8),
      AttentionCase(group: 2, dimension: 80, old: 260, chunk: 17, reused: 9, turnsKeys: true, type: .q8),
      AttentionCase(
        group: 3, dimension: 64, old: 300, chunk: 1, turnsKeys: true, type: .q8, keepsNewest: true),
      AttentionCase(
        group: 2, dimension: 80, old: 260, chunk: 37, reused: 9, turnsKeys: true, type: .q8, keepsNewest: true
      ),
    ])
  func equalsReference(set: InstructionSet, sizes: AttentionCase) {
    for halves in [false, true] {
      let fixture = AttentionFixture(sizes)
      let rotary = RotaryEmbedding(dimensions: sizes.dimension, base: 10000, pairsHalves: halves)
      let found = attend([fixture], on: set, halves: halves)[0]
      let turned = (0..<sizes.kvHeads).map { head in
        turnedKeys(kvota_slots(fixture.slots(head)), fixture.keyPositions[head], by: rotary, on: set)
      }
      let expected = AttentionReference(fixture, queries: found.queries, halves: halves) { head, slot in
        turned[head][slot].map { Double($0) }
      }
      #expect(worst(found.outputs, expected.outputs) < 2e-5)
      #expect(worst(found.sums, expected.sums) < 1e-5)
      #expect(worst(found.squares, expected.squares) < 1e-5)
      #expect(worst(found.window, expected.window) < 1e-6)
    }
  }

  @Test(
    "keys are stored as they are, values and queries as always", arguments: InstructionSet.available, cases)
  func storesUnrotated(set: InstructionSet, sizes: AttentionCase) {
    let fixture = AttentionFixture(sizes)
    let found = attend([fixture], on: set)[0]
    var rotatedSizes = sizes
    rotatedSizes.turnsKeys = false
    let rotated = AttentionFixture(rotatedSizes)
    #expect(found.queries == attend([rotated], on: set)[0].queries)
    let dimension = sizes.dimension
    for (token, input) in fixture.inputs.enumerated() {
      for head in 0..<sizes.kvHeads {
        let slot = Int(fixture.newSlots[head][token])
        let start = (sizes.kvHeads * sizes.group + head) * dimension
        #expect(fixture.key(head, slot) == input[start..<start + dimension].map { Double(Float16($0)) })
        #expect(fixture.value(head, slot) == rotated.value(head, slot))
      }
    }
  }

  @Test(
    "at their original positions keys are those that are stored rotated, up to rounding",
    arguments: InstructionSet.available, [1, 300])
  func originalPositions(set: InstructionSet, chunk: Int) {
    var sizes = AttentionCase(old: 0, chunk: chunk)
    let rotated = attend([AttentionFixture(sizes)], on: set)[0]
    sizes.turnsKeys = true
    let fixture = AttentionFixture(sizes)
    fixture.keyPositions = fixture.newSlots.map { slots in slots.map { $0 + Int32(fixture.firstPosition) } }
    let turned = attend([fixture], on: set)[0]
    let wide = { (rows: [[Float]]) in rows.map { $0.map { Double($0) } } }
    #expect(worst(turned.outputs, wide(rotated.outputs)) < 2e-2)
    #expect(worst(turned.window, wide(rotated.window)) < 1e-3)
  }

  @Test(
    "sequences with and without positions share a step, on any number of threads, bit by bit",
    arguments: InstructionSet.available, cases)
  func invariance(set: InstructionSet, sizes: AttentionCase) {
    let alone = attend([AttentionFixture(sizes)], on: set, threads: 1)[0]
    let others = [
      AttentionCase(old: 40, chunk: 5, reused: 2, windowRows: 2, seed: 2),
      AttentionCase(old: 290, chunk: 1, seed: 3),
    ]
    let othersAlone = others.map { attend([AttentionFixture($0)], on: set, threads: 1)[0] }
    for threads in [1, 2, 3] {
      let together = attend(
        [others[0], sizes, others[1]].map(AttentionFixture.init), on: set, threads: threads)
      #expect(together == [othersAlone[0], alone, othersAlone[1]])
    }
  }

  @Test(
    "a token fed alone has the same bits as in a chunk that uses the same slots and positions",
    arguments: InstructionSet.available, [AttentionCase(old: 250, chunk: 17, turnsKeys: true)].ofAllTypes)
  func decodeEqualsPrefill(set: InstructionSet, sizes: AttentionCase) {
    let fixture = AttentionFixture(sizes)
    let chunk = attend([fixture], on: set)[0]
    fixture.newest?.reset()
    for token in 0..<sizes.chunk {
      let alone = attend(
        [fixture], on: set,
        slots: { $0.slots($1, first: token, count: 1, visible: sizes.old + token + 1, counted: false) },
        first: token)[0]
      #expect(alone.outputs[0] == chunk.outputs[token], "token \(token)")
    }
  }

  @Test(
    "keys are turned as in double precision and rounded once, and saturate; the rest passes unchanged",
    arguments: InstructionSet.available,
    [(64, 64), (80, 80), (64, 20), (16, 16), (32, 0)].flatMap { sizes in
      KeyValueType.allCases.map { (sizes.0, sizes.1, $0) }
    })
  func turnsKeys(set: InstructionSet, sizes: (dimension: Int, rotated: Int, type: KeyValueType)) {
    let fixture = AttentionFixture(AttentionCase(dimension: sizes.dimension, old: 45, type: sizes.type))
    let huge = Float(Float16.greatestFiniteMagnitude)
    var key = fixture.key(0, 20).map { Float($0) }
    for (d, number) in [huge, -huge, huge].enumerated() { key[d * sizes.dimension / 4] = number }
    fixture.setKey(0, 20, key)
    let view = kvota_slots(fixture.slots(0, visible: 45))
    for halves in [false, true] {
      let rotary = RotaryEmbedding(dimensions: sizes.rotated, base: 10000, pairsHalves: halves)
      let found = turnedKeys(view, fixture.keyPositions[0], by: rotary, on: set)
      for slot in 0..<45 {
        let key = fixture.key(0, slot)
        let position = Int(fixture.keyPositions[0][slot])
        let expected =
          turn(Array(key[..<sizes.rotated]), position: position, halves: halves) + key[sizes.rotated...]
        // What sums of two products in single precision may be off, next to a tie of halves.
        let error = (key.map(abs).max() ?? 0) * 0x1p-21
        let isClose = key.indices.map { d in
          let slack = d < sizes.rotated ? error : 0
          return (rounded(expected[d] - slack)...rounded(expected[d] + slack)).contains(found[slot][d])
        }
        #expect(!isClose.contains(false), "slot \(slot)")
      }
    }
  }

  private func rounded(_ value: Double) -> Float16 { Float16(min(max(value, -65504), 65504)) }

  /// Each slot's key as the kernel turns it, one split after the other.
  private func turnedKeys(
    _ slots: kvota_slots, _ positions: [Int32], by rotary: RotaryEmbedding, on set: InstructionSet
  ) -> [[Float16]] {
    var table = RotationTable(rotary)
    table.reach(100)
    table.reach(3000)
    let (count, dimension) = (Int(slots.slots), Int(slots.head_dim))
    var pages = [UInt16](repeating: 0, count: (count + 15) / 16 * 16 * dimension)
    var slots = slots
    for first in stride(from: 0, to: count, by: 32) {
      set.table.pointee.turn_keys(
        &slots, Int32(first), Int32(min(first + 32, count)), positions, table.rows, Int32(rotary.dimensions),
        rotary.pairsHalves ? 1 : 0, &pages)
    }
    return (0..<count).map { slot in
      (0..<dimension).map { Float16(bitPattern: pages[(slot / 16 * dimension + $0) * 16 + slot % 16]) }
    }
  }
}
