import ModelFixtures
import Testing

@testable import Kernels

/// What attention tells policies beyond the sums, squares and last row that `AttentionTests` looks at.
@Suite struct AttentionColumnsTests {
  /// Chunk lengths around the tile's and the window's, in order and on reused slots.
  static let cases = [1, 2, 17, 33].flatMap { chunk in
    [0, (chunk + 1) / 2, chunk].map { reused in
      AttentionCase(group: 3, dimension: 32, old: 250, chunk: chunk, reused: reused, windowRows: 4)
    }
  }

  @Test(
    "a window holds the attention of the last queries, each in its row", arguments: InstructionSet.available,
    cases + [AttentionCase(group: 16, dimension: 16, old: 3, chunk: 17, reused: 1, windowRows: 64)])
  func window(set: InstructionSet, sizes: AttentionCase) {
    let fixture = AttentionFixture(sizes)
    let found = attend([fixture], on: set)[0]
    let expected = AttentionReference(fixture, queries: found.queries)
    #expect(worst(found.window, expected.window) < 1e-6)
    #expect(worst(found.sums, expected.sums) < 1e-5)
  }

  @Test(
    "joined by the maximum, a query's attention is the softmax of its heads' largest logits",
    arguments: InstructionSet.available,
    cases + [
      AttentionCase(group: 1, dimension: 16, old: 40, chunk: 5),
      AttentionCase(group: 16, dimension: 64, old: 600, chunk: 1),
      AttentionCase(group: 16, dimension: 64, old: 300, chunk: 17, reused: 4),
    ])
  func maximum(set: InstructionSet, sizes: AttentionCase) {
    var sizes = sizes
    sizes.joinsByMaximum = true
    let fixture = AttentionFixture(sizes)
    let found = attend([fixture], on: set)[0]
    let expected = AttentionReference(fixture, queries: found.queries)
    #expect(worst(found.window, expected.window) < 1e-6)
    #expect(worst(found.sums, expected.sums) < 1e-5)
    #expect(worst(found.squares, expected.squares) < 1e-5)
    sizes.joinsByMaximum = false
    #expect(found.outputs == attend([AttentionFixture(sizes)], on: set)[0].outputs)
  }

  @Test(
    "each new slot's value norm is set, no other's", arguments: InstructionSet.available, cases.ofAllTypes)
  func valueNorms(set: InstructionSet, sizes: AttentionCase) {
    let fixture = AttentionFixture(sizes)
    let found = attend([fixture], on: set)[0].valueNorms
    var expected = fixture.valueNorms.map { $0.map { Double($0) } }
    for head in expected.indices {
      for slot in fixture.newSlots[head].map({ Int($0) }) {
        expected[head][slot] = fixture.value(head, slot).reduce(0) { $0 + abs($1) }
      }
    }
    #expect(worst(found, expected) < 1e-4)
  }

  @Test(
    "queries before rotation and scaling, and their squares, are added up",
    arguments: InstructionSet.available,
    cases + [AttentionCase(group: 8, dimension: 80, old: 3, chunk: 5)])
  func queryMoments(set: InstructionSet, sizes: AttentionCase) {
    let fixture = AttentionFixture(sizes)
    let found = attend([fixture], on: set)[0].queryMoments
    var expected = fixture.queryMoments.map { $0.map { Double($0) } }
    let width = sizes.group * sizes.dimension
    for head in expected.indices {
      for query in fixture.inputs.map({ $0[head * width..<(head + 1) * width] }) {
        for (index, number) in query.map({ Double($0) }).enumerated() {
          expected[head][index] += number
          expected[head][width + index] += number * number
        }
      }
    }
    #expect(worst(found, expected) < 1e-4)
  }

  @Test(
    "columns are bit-identical on any number of threads and in any company",
    arguments: InstructionSet.available, cases)
  func invariance(set: InstructionSet, sizes: AttentionCase) {
    let other = AttentionCase(group: 3, dimension: 32, old: 40, chunk: 5, reused: 2, windowRows: 2, seed: 2)
    for joinsByMaximum in [false, true] {
      var sizes = sizes
      sizes.joinsByMaximum = joinsByMaximum
      let alone = attend([AttentionFixture(sizes)], on: set, threads: 1)[0]
      for threads in [2, 3] {
        let together = attend([other, sizes].map(AttentionFixture.init), on: set, threads: threads)
        #expect(together[1] == alone)
      }
    }
  }
}
