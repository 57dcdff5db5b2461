import Foundation
import Kernels
import Testing

@testable import Caching

/// Against the definition with whole matrices: the rotations of all coming positions one by one, averaged, and R V R' multiplied out.
@Suite struct ExpectedAttentionTests {
  private static let fed = 700

  @Test(
    "worth is expected attention times the length of the value", arguments: [1, 2, 40], [true, false])
  func agreesWithTheDefinition(count: Int, pairsHalves: Bool) throws {
    // 6 of the 8 channels rotate.
    let rotary = RotaryEmbedding(dimensions: 6, base: 100, pairsHalves: pairsHalves)
    var random = SplitMix64(state: 5)
    var slots = SlotStatistics(
      (0..<count).map {
        Candidate(position: $0, key: random.vector(8).map { $0 * 8 }, value: random.vector(8))
      })
    slots.queryMeans = random.vector(3 * 8).map { $0 * 2 }
    slots.queryVariances = random.vector(3 * 8).map { $0 * $0 }
    let worths = try policy("expected").worths(slots, at: .decode(fed: Self.fed, rotary: rotary))
    #expect(agree(worths, Self.definition(slots, rotary, horizon: 512), within: 1e-4))
    let near = try policy("expected", ["horizon": 1]).worths(
      slots, at: .decode(fed: Self.fed, rotary: rotary))
    #expect(agree(near, Self.definition(slots, rotary, horizon: 1), within: 1e-4))
    if count > 1 { #expect(near != worths) }
  }

  @Test(
    "attention and values alike leave it to age; zero values are worth nothing; great logits do not overflow")
  func edges() throws {
    let expected = try policy("expected")
    var alike = SlotStatistics((0..<9).map { Candidate(position: $0, key: [1, 2], value: [3, 4]) })
    alike.queryMeans = [1, 1]
    alike.queryVariances = [1, 0]
    let worths = expected.worths(alike)
    #expect(Set(worths).count == 1)
    #expect(abs(worths[0] - 5.0 / 9) < 1e-6)
    var great = SlotStatistics([
      Candidate(position: 0, key: [60000, 60000], value: [0, 0]),
      Candidate(position: 1, key: [-60000, 0], value: [1, 0]),
    ])
    great.queryMeans = [100, 100]
    great.queryVariances = [100, 100]
    #expect(expected.worths(great).allSatisfy { $0 == 0 })
    great.queryMeans = [0, 0]
    great.queryVariances = [0, 0]
    #expect(expected.worths(great) == [0, 0.5])
  }

  @Test("what was attended to in bursts goes if the mean query looks elsewhere")
  func differsFromH2O() throws {
    let candidates = (0..<32).map { position in
      let isBurst = position % 4 == 1
      return Candidate(
        position: position, sum: isBurst ? 5 : 0.5, key: isBurst ? [-4, 0] : [4, 0], value: [1, 1])
    }
    var slots = SlotStatistics(candidates)
    slots.queryMeans = [2, 0]
    slots.queryVariances = [0.1, 0.1]
    let worths = try policy("expected").worths(slots)
    let gone = worths.indices.sorted { (worths[$0], $0) < (worths[$1], $1) }.prefix(8)
    #expect(gone.allSatisfy { $0 % 4 == 1 })
    #expect(try policy("h2o").victims(8, of: candidates).allSatisfy { $0 % 4 != 1 })
  }

  @Test("the mean rotation of many far positions is that of all of them", arguments: [1, 2, 512])
  func meanRotation(count: Int) {
    let rotary = RotaryEmbedding(dimensions: 8, base: 1e6, pairsHalves: true)
    let matrix = Self.meanMatrix(rotary, width: 8, from: 100_000, count: count)
    let rotation = MeanRotation(rotary, from: 100_000, count: count)
    for channel in 0..<8 {
      let key = (0..<8).map { $0 == channel ? Float(1) : 0 }
      var turned = [Float](repeating: .nan, count: 8)
      rotation.turnBack(key.span, into: &turned)
      #expect(agree(turned, matrix[channel], of: 1))
    }
  }

  private typealias Matrix = [[Double]]

  private static func definition(_ slots: borrowing SlotStatistics, _ rotary: RotaryEmbedding, horizon: Int)
    -> [Double]
  {
    let width = slots.headDimension
    let matrix = meanMatrix(rotary, width: width, from: fed, count: horizon)
    let keys = (0..<slots.count).map { slot in slots.keys[slots.channels(slot)].map(Double.init) }
    var attention = [Double](repeating: 0, count: slots.count)
    let heads = slots.queryMeans.count / width
    for head in 0..<heads {
      let mean = product(matrix, slots.queryMeans[slots.channels(head)].map(Double.init))
      let variances = slots.queryVariances[slots.channels(head)].map(Double.init)
      let covariance = (0..<width).map { row in
        (0..<width).map { column in
          (0..<width).map { matrix[row][$0] * variances[$0] * matrix[column][$0] }.reduce(0, +)
        }
      }
      let weights = keys.map { key in
        exp(
          dot(key, mean) / Double(width).squareRoot() + dot(key, product(covariance, key)) / Double(2 * width)
        )
      }
      for slot in keys.indices { attention[slot] += weights[slot] / weights.reduce(0, +) / Double(heads) }
    }
    return attention.indices.map { slot in
      let value = slots.values[slots.channels(slot)].map(Double.init)
      return attention[slot] * dot(value, value).squareRoot()
    }
  }

  private static func meanMatrix(_ rotary: RotaryEmbedding, width: Int, from first: Int, count: Int) -> Matrix
  {
    var matrix = (0..<width).map { row in (0..<width).map { $0 == row && row >= rotary.dimensions ? 1.0 : 0 }
    }
    for (pair, frequency) in rotary.frequencies.enumerated() {
      let one = rotary.pairsHalves ? pair : 2 * pair
      let other = rotary.pairsHalves ? pair + rotary.dimensions / 2 : one + 1
      for position in first..<first + count {
        let angle = Double(position) * frequency
        matrix[one][one] += cos(angle) / Double(count)
        matrix[other][other] += cos(angle) / Double(count)
        matrix[one][other] -= sin(angle) / Double(count)
        matrix[other][one] += sin(angle) / Double(count)
      }
    }
    return matrix
  }

  private static func product(_ matrix: Matrix, _ vector: [Double]) -> [Double] {
    matrix.map { dot($0, vector) }
  }

  private static func dot(_ one: [Double], _ other: [Double]) -> Double {
    zip(one, other).map { $0 * $1 }.reduce(0, +)
  }
}
