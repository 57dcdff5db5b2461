import ModelFixtures
import Testing

@testable import Inference

@Suite("Filters against a sorted reference")
struct TokenFilterTests {
  static let sizes = [1, 15, 16, 17, 1000, 2051]

  @Test(
    "top_k keeps exactly the k likeliest, of equal ones the lowest ids", arguments: LogitShape.allCases, sizes
  )
  func topKKeepsTheLikeliest(shape: LogitShape, size: Int) {
    let logits = shape.logits(size, seed: 7)
    for count in [2, 3, 15, 40, 500, 5000] {
      let parameters = SamplingParameters.with { $0.topK = count }
      // Weights that underflow are out of the draw whatever k says: the reference knows no underflow.
      let possible = Set(sampleOnce(logits, .with { _ in }).kept)
      let expected = referenceKept(logits, parameters).filter(possible.contains)
      #expect(sampleOnce(logits, parameters).kept == expected, "k \(count)")
    }
  }

  @Test("min_p keeps what is at least that share of the likeliest", arguments: LogitShape.allCases, sizes)
  func minPKeepsTheShare(shape: LogitShape, size: Int) {
    let logits = shape.logits(size, seed: 8)
    for share: Float in [0.001, 0.05, 0.3, 0.9] {
      let parameters = SamplingParameters.with { $0.minP = share }
      #expect(sampleOnce(logits, parameters).kept == referenceKept(logits, parameters), "p \(share)")
    }
  }

  @Test("top_p keeps the fewest likeliest tokens that reach it", arguments: LogitShape.allCases, sizes)
  func topPKeepsTheFewest(shape: LogitShape, size: Int) {
    let logits = shape.logits(size, seed: 9)
    for share: Float in [0.01, 0.3, 0.5, 0.9, 0.95, 0.999] {
      let parameters = SamplingParameters.with { $0.topP = share }
      let kept = sampleOnce(logits, parameters).kept
      expectSmallestNucleus(kept, of: logits, share: share)
    }
  }

  @Test("the order is temperature, min_p, top_k, top_p", arguments: 0..<40)
  func allTogether(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    let shape = LogitShape.allCases[seed % LogitShape.allCases.count]
    let logits = shape.logits(3001, seed: random.next())
    let parameters = SamplingParameters.with {
      $0.temperature = [0.3, 0.7, 1, 1.8][Int(random.next() % 4)]
      $0.minP = [0, 0.01, 0.1][Int(random.next() % 3)]
      $0.topK = [20, 50, 400][Int(random.next() % 3)]
      $0.topP = [0.1, 0.75, 0.92][Int(random.next() % 3)]
    }
    let kept = sampleOnce(logits, parameters).kept
    let expected = referenceKept(logits, parameters)
    // Float sums may disagree with Double about one token at the cut, never about more.
    #expect(abs(kept.count - expected.count) <= 1)
    #expect(Set(kept).isSubset(of: expected) || Set(expected).isSubset(of: kept))
  }

  @Test(
    "each filter leaves at least the likeliest token",
    arguments: [Float(-1), 0, 1e-30, .leastNonzeroMagnitude])
  func theLikeliestStays(share: Float) {
    let logits = LogitShape.bell.logits(300, seed: 3)
    let best = logits.indices.max { logits[$0] < logits[$1] }
    #expect(sampleOnce(logits, .with { $0.topP = share }).kept == [best])
    #expect(sampleOnce(logits, .with { $0.minP = 2 }).kept == [best])
  }

  @Test("top_p that is reached exactly takes no token more", arguments: [16, 48, 1024])
  func topPReachedExactly(size: Int) {
    let logits = [Float](repeating: -2, count: size)
    #expect(sampleOnce(logits, .with { $0.topP = 0.5 }).kept == Array(0..<(size / 2)))
  }

  @Test("a filter at its neutral value leaves all tokens in")
  func neutralValues() {
    let logits = LogitShape.bell.logits(300, seed: 4)
    for share: Float in [1, 2, .infinity, .nan] {
      #expect(sampleOnce(logits, .with { $0.topP = share }).kept.count == 300)
    }
    for count in [0, -1, Int.min, 300, Int.max] {
      #expect(sampleOnce(logits, .with { $0.topK = count }).kept.count == 300)
    }
    for share: Float in [0, -1, .nan] {
      #expect(sampleOnce(logits, .with { $0.minP = share }).kept.count == 300)
    }
  }

  /// Heavier than all others, enough, and not enough without its lightest: within Float's rounding.
  private func expectSmallestNucleus(_ kept: [Int], of logits: [Float], share: Float) {
    let greatest = Double(logits.max() ?? 0)
    let weights = logits.map { $0 == -.infinity ? 0 : exponential(Double($0) - greatest) }
    let total = weights.reduce(0, +)
    let mass = kept.map { weights[$0] }.reduce(0, +)
    let lightest = kept.map { weights[$0] }.min() ?? 0
    let keptIDs = Set(kept)
    let heaviestOut = logits.indices.filter { !keptIDs.contains($0) }.map { weights[$0] }.max() ?? 0
    let tolerance = 1e-5 * total
    #expect(heaviestOut <= lightest)
    #expect(mass >= Double(share) * total - tolerance)
    #expect(mass - lightest < Double(share) * total + tolerance)
    let tied = logits.indices.filter { weights[$0] == lightest }
    #expect(tied.filter(keptIDs.contains) == Array(tied.prefix(tied.filter(keptIDs.contains).count)))
  }
}
