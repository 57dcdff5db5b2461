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
    "columns are bit-identical on any number of threads and in any company",
    arguments: InstructionSet.available, cases)
  func invariance(set: InstructionSet, sizes: AttentionCase) {
    let alone = attend([AttentionFixture(sizes)], on: set, threads: 1)[0]
    let other = AttentionCase(group: 3, dimension: 32, old: 40, chunk: 5, reused: 2, windowRows: 2, seed: 2)
    for threads in [2, 3] {
      let together = attend([other, sizes].map(AttentionFixture.init), on: set, threads: threads)
      #expect(together[1] == alone)
    }
  }
}
