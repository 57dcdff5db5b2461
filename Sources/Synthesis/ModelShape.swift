import Glibc

/// The sizes of a llama model, as a published one has them.
package struct ModelShape: Sendable {
  /// How rotary frequencies are slowed for contexts longer than those of the first training: Llama 3's scheme.
  struct LongContext: Sendable {
    /// What the slowest frequencies are divided by.
    let factor: Double
    /// Tokens of the first training: pairs that turn fewer than once in it are the slowest, those that turn four times are left alone.
    let trainedLength: Double
  }

  package let name: String
  package let layers: Int
  package let width: Int
  package let queryHeads: Int
  package let kvHeads: Int
  package let feedForwardWidth: Int
  package let vocabulary: Int
  package let contextLength: Int
  let rotaryBase: Double
  let longContext: LongContext?
  /// Whether the embedding is the output matrix too.
  let isTied: Bool

  var headDimension: Int { width / queryHeads }

  /// Every shape that can be made.
  package static let all = [
    ModelShape(
      name: "llama-3.2-1b", layers: 16, width: 2048, queryHeads: 32, kvHeads: 8, feedForwardWidth: 8192,
      vocabulary: 128_256, contextLength: 131_072, rotaryBase: 500_000,
      longContext: LongContext(factor: 32, trainedLength: 8192), isTied: true),
    ModelShape(
      name: "llama-2-7b", layers: 32, width: 4096, queryHeads: 32, kvHeads: 32, feedForwardWidth: 11_008,
      vocabulary: 32_000, contextLength: 4096, rotaryBase: 10_000, longContext: nil, isTied: false),
    ModelShape(
      name: "tiny", layers: 2, width: 256, queryHeads: 4, kvHeads: 2, feedForwardWidth: 512, vocabulary: 1024,
      contextLength: 2048, rotaryBase: 10_000, longContext: LongContext(factor: 8, trainedLength: 64),
      isTied: true),
  ]

  /// The shape of that name.
  package static func named(_ name: String) -> ModelShape? { all.first { $0.name == name } }

  /// What each pair's frequency is divided by, `[headDimension / 2]`; nil where all are plain.
  var frequencyDivisors: [Float]? {
    longContext.map { scaling in
      (0..<headDimension / 2).map { pair in
        let frequency = pow(rotaryBase, -2 * Double(pair) / Double(headDimension))
        let turns = scaling.trainedLength * frequency / (2 * Double.pi)
        let plainShare = min(max((turns - 1) / 3, 0), 1)
        return Float(1 / ((1 - plainShare) / scaling.factor + plainShare))
      }
    }
  }
}
