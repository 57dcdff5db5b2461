import Testing

@testable import Inference

#if canImport(Glibc)
  import Glibc
#endif

@Suite("typical_p against its definition")
struct TypicalPTests {
  /// The ids that stay by the paper's definition, all in Double: nearest to the entropy first, until the share is reached.
  private func reference(_ logits: [Float], share: Double) -> Set<Int> {
    let greatest = Double(logits.max() ?? 0)
    let weights = logits.map { Double(Float(exp(Double($0) - greatest))) }
    let total = weights.reduce(0, +)
    let surprises = weights.map { $0 > 0 ? -log($0 / total) : .infinity }
    let entropy = zip(weights, surprises).reduce(0.0) { sum, token in
      token.0 > 0 ? sum + token.0 / total * token.1 : sum
    }
    let nearest = logits.indices.filter { weights[$0] > 0 }
      .sorted { abs(surprises[$0] - entropy) < abs(surprises[$1] - entropy) }
    var (mass, kept) = (0.0, Set<Int>())
    for id in nearest where mass < share * total {
      mass += weights[id]
      kept.insert(id)
    }
    return kept
  }

  @Test(
    "keeps the tokens nearest to the expected surprise", arguments: [LogitShape.bell, .wide, .peaked],
    [16, 17, 1000])
  func nearest(shape: LogitShape, size: Int) {
    // Distinct ones, as there is no order among equals.
    let logits = shape.logits(size, seed: 5).enumerated().map { $1 + Float($0) / 4096 }
    for share: Float in [0.1, 0.5, 0.9] {
      let kept = Set(sampleOnce(logits, .with { $0.typicalP = share }).kept)
      let expected = reference(logits, share: Double(share))
      // Float sums may disagree with Double about one token at the cut.
      #expect(kept.symmetricDifference(expected).count <= 1, "\(share)")
      #expect(!kept.isEmpty)
    }
  }

  @Test("drops the likeliest token where something less likely is typical")
  func atypicalMode() {
    // One token of 0.4 and 600 of 0.001: the entropy is near theirs.
    let logits = [Float(log(0.4))] + Array(repeating: Float(log(0.001)), count: 600)
    #expect(sampleOnce(logits, .with { $0.typicalP = 0.3 }).kept == Array(1...600))
  }

  @Test("keeps all at 1 and the nearest at 0")
  func ends() {
    let logits = LogitShape.bell.logits(100, seed: 2)
    #expect(sampleOnce(logits, .with { $0.typicalP = 1 }).kept.count == 100)
    #expect(sampleOnce(logits, .with { $0.typicalP = 0 }).kept.count >= 1)
  }

  @Test("the logarithm is within three units in the last place of the library's")
  func logarithm() {
    for step in 0..<40_000 {
      let number = Float(exp(Double(step) * -87.0 / 40_000))
      let (ours, theirs) = (Lanes(repeating: number).logarithm()[3], Float(log(Double(number))))
      #expect(abs(ours - theirs) <= 3 * theirs.ulp.magnitude + 1e-7)
    }
    #expect(Lanes(repeating: 0).logarithm()[0] == 0 && Lanes(repeating: 1).logarithm()[0] == 0)
  }
}
