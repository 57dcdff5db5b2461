import Foundation
import ModelFixtures
import Testing

@testable import Kernels

@Suite struct AttentionTests {
  static let cases = [
    AttentionCase(group: 1, dimension: 16, old: 0, chunk: 1),
    AttentionCase(group: 3, dimension: 64, old: 15, chunk: 1),
    AttentionCase(group: 3, dimension: 64, old: 255, chunk: 1),
    AttentionCase(group: 3, dimension: 64, old: 256, chunk: 1),
    AttentionCase(group: 16, dimension: 128, old: 699, chunk: 1),
    AttentionCase(group: 8, dimension: 80, old: 300, chunk: 1, reused: 1),
    AttentionCase(group: 4, dimension: 16, old: 0, chunk: 40),
    AttentionCase(group: 1, dimension: 80, old: 3, chunk: 13),
    AttentionCase(group: 3, dimension: 64, old: 600, chunk: 32, reused: 32),
    AttentionCase(group: 3, dimension: 64, old: 500, chunk: 40, reused: 17),
    AttentionCase(group: 4, dimension: 128, old: 250, chunk: 9, reused: 1),
    AttentionCase(group: 8, dimension: 64, old: 255, chunk: 3),
    AttentionCase(group: 16, dimension: 16, old: 500, chunk: 20, reused: 19),
    AttentionCase(group: 7, dimension: 64, old: 300, chunk: 1),
    AttentionCase(group: 5, dimension: 64, old: 270, chunk: 6, reused: 2),
    AttentionCase(group: 9, dimension: 32, old: 40, chunk: 5),
    AttentionCase(group: 11, dimension: 96, old: 250, chunk: 9),
    AttentionCase(group: 12, dimension: 256, old: 270, chunk: 1),
  ].ofAllTypes

  @Test(
    "outputs and statistics equal softmax attention in double precision",
    arguments: InstructionSet.available, cases)
  func equalsReference(set: InstructionSet, sizes: AttentionCase) {
    let fixture = AttentionFixture(sizes)
    let found = attend([fixture], on: set)[0]
    let expected = AttentionReference(fixture, queries: found.queries)
    #expect(worst(found.outputs, expected.outputs) < 2e-5)
    #expect(worst(found.sums, expected.sums) < 1e-5)
    #expect(worst(found.squares, expected.squares) < 1e-5)
    #expect(worst(found.window, expected.window) < 1e-6)
  }

  @Test(
    "keys are stored turned to their positions, values as they are, queries turned and scaled",
    arguments: InstructionSet.available, [false, true])
  func rotatesAndStores(set: InstructionSet, halves: Bool) {
    let fixture = AttentionFixture(AttentionCase(group: 3, dimension: 80, old: 20, chunk: 5, reused: 2))
    let found = attend([fixture], on: set, halves: halves)[0]
    let (dimension, keyOffset) = (80, 2 * 3 * 80)
    for (token, input) in fixture.inputs.enumerated() {
      let turned = { (start: Int) in
        turn(input[start..<start + dimension].map { Double($0) }, position: 1000 + token, halves: halves)
      }
      for head in 0..<2 {
        let slot = Int(fixture.newSlots[head][token])
        let key = turned(keyOffset + head * dimension)
        #expect(zip(fixture.key(head, slot), key).allSatisfy { abs($0 - $1) <= abs($1) * 0x1p-10 + 1e-5 })
        let start = keyOffset + (2 + head) * dimension
        let value = input[start..<start + dimension].map { Double(Float16($0)) }
        #expect(fixture.value(head, slot) == value)
      }
      let query = turned(0).map { $0 * M_LOG2E / 80.0.squareRoot() }
      #expect(zip(found.queries[token], query).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }
  }

  @Test(
    "outputs and statistics are bit-identical on any number of threads",
    arguments: InstructionSet.available, [cases[4], cases[6], cases[9], cases[12]].ofAllTypes)
  func threadInvariance(set: InstructionSet, sizes: AttentionCase) {
    let results = [1, 2, 3, 5].map { attend([AttentionFixture(sizes)], on: set, threads: $0)[0] }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test("sequences of one step do not touch each other", arguments: InstructionSet.available)
  func company(set: InstructionSet) {
    let sizes = [
      AttentionCase(old: 300, chunk: 1, seed: 1), AttentionCase(old: 20, chunk: 17, seed: 2),
      AttentionCase(old: 0, chunk: 2, seed: 3), AttentionCase(old: 511, chunk: 1, reused: 1, seed: 4),
    ].ofAllTypes
    let together = attend(sizes.map(AttentionFixture.init), on: set)
    #expect(together == sizes.map { attend([AttentionFixture($0)], on: set)[0] })
  }

  @Test(
    "a token fed alone has the same bits as in a chunk that uses the same slots",
    arguments: InstructionSet.available,
    [
      AttentionCase(group: 3, dimension: 64, old: 500, chunk: 30),
      AttentionCase(group: 8, dimension: 80, old: 250, chunk: 11),
      AttentionCase(group: 16, dimension: 32, old: 0, chunk: 5),
      AttentionCase(group: 5, dimension: 48, old: 250, chunk: 11),
      AttentionCase(group: 7, dimension: 64, old: 500, chunk: 9),
      AttentionCase(group: 11, dimension: 32, old: 0, chunk: 5),
      AttentionCase(group: 1, dimension: 48, old: 250, chunk: 40),
      AttentionCase(group: 3, dimension: 64, old: 250, chunk: 30),
    ].ofAllTypes)
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
    "the last token of a chunk on reused slots has the same bits alone", arguments: InstructionSet.available,
    KeyValueType.allCases)
  func lastOfReusedSlots(set: InstructionSet, type: KeyValueType) {
    let sizes = AttentionCase(group: 3, dimension: 64, old: 400, chunk: 32, reused: 20, type: type)
    let fixture = AttentionFixture(sizes)
    let chunk = attend([fixture], on: set)[0]
    let alone = attend(
      [fixture], on: set, slots: { $0.slots($1, first: 31, count: 1, counted: false) }, first: 31)[0]
    #expect(alone.outputs[0] == chunk.outputs[31])
  }

  @Test(
    "columns that are not counted stay untouched, and counting changes no output",
    arguments: InstructionSet.available,
    [
      AttentionCase(old: 270, chunk: 6, reused: 2), AttentionCase(old: 600, chunk: 1),
      AttentionCase(group: 16, old: 300, chunk: 1), AttentionCase(group: 16, old: 250, chunk: 17),
    ].ofAllTypes)
  func uncounted(set: InstructionSet, sizes: AttentionCase) {
    let counted = attend([AttentionFixture(sizes)], on: set)[0]
    let free = attend([AttentionFixture(sizes)], on: set, slots: { $0.slots($1, counted: false) })[0]
    #expect(counted.outputs == free.outputs && free.sums.allSatisfy(\.isEmpty))
  }

  @Test(
    "after a chunk the newest page holds all tokens of its last block", arguments: InstructionSet.available,
    [1, 5, 16, 17, 70].flatMap { chunk in
      [0, 3, 16, 31].map { AttentionCase(old: $0, chunk: chunk, type: .q8, keepsNewest: true) }
    })
  func newestPage(set: InstructionSet, sizes: AttentionCase) throws {
    let fixture = AttentionFixture(sizes)
    _ = attend([fixture], on: set)
    #expect(try #require(fixture.newest).holdsLastBlock())
  }

  @Test(
    "a sequence's first sixteen tokens are the same as with all keys and values in half precision",
    arguments: InstructionSet.available, [1, 7, 16])
  func firstBlock(set: InstructionSet, count: Int) {
    let (halves, bytes) = (
      AttentionCase(old: 0, chunk: count), AttentionCase(old: 0, chunk: count, type: .q8, keepsNewest: true)
    )
    let found = [halves, bytes].map { attend([AttentionFixture($0)], on: set)[0] }
    #expect(found[0].outputs == found[1].outputs)
    #expect(found[0].sums == found[1].sums && found[0].window == found[1].window)
  }

  @Test(
    "what an earlier step leaves in the scratch is in no newest page", arguments: InstructionSet.available)
  func cleanPages(set: InstructionSet) {
    let sizes = AttentionCase(old: 30, chunk: 20, type: .q8, keepsNewest: true)
    let (used, fresh) = (AttentionFixture(sizes), AttentionFixture(sizes))
    let earlier = AttentionFixture(AttentionCase(old: 3000, chunk: 20, seed: 2))
    #expect(attend([used], on: set, after: earlier) == attend([fresh], on: set))
    #expect(used.newest?.allNumbers == fresh.newest?.allNumbers)
  }
}
