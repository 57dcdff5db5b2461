import Foundation
import GGUF
import ModelFixtures

/// Small random models, and what llama.cpp says of them; made by `Golden/make_architectures.py`.
struct ArchitectureGoldens: Decodable {
  let prompt: [Int32]
  let cases: [ArchitectureCase]

  static let all: ArchitectureGoldens = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    do {
      let data = try Data(contentsOf: folder.appending(path: "Golden/architectures.json"))
      return try JSONDecoder().decode(ArchitectureGoldens.self, from: data)
    } catch { preconditionFailure("architectures.json: \(error)") }
  }()

  static func named(_ name: String) throws -> ArchitectureCase {
    guard let found = all.cases.first(where: { $0.name == name }) else { throw ModelMissing(name: name) }
    return found
  }

  struct ModelMissing: Error { let name: String }
}

/// A model of which the weights follow from numbers, and its runs.
struct ArchitectureCase: Decodable, Sendable, CustomStringConvertible {
  /// A value of one of four types.
  struct Entry: Decodable, Sendable {
    let key: String
    let u32: UInt32?
    let f32: Float?
    let bool: Bool?
    let str: String?
  }

  struct Tensor: Decodable, Sendable {
    let name: String
    /// The row's length first.
    let shape: [Int]
    let scale: Double
    let offset: Float
    let mayQuantize: Bool
  }

  /// What the peer said of the model with weights in F32 or Q8_0.
  struct Run: Decodable, Sendable {
    let quantized: Bool
    /// Logarithms of the shares of the prompt's tokens from the second on.
    let prompt: [Double]
    /// Tokens that were generated.
    let taken: [Int32]
    /// The likeliest tokens of each step, each with the logarithm of its share.
    let top: [[[Double]]]
  }

  let name: String
  let metadata: [Entry]
  let tensors: [Tensor]
  let runs: [Run]

  var description: String { name }

  /// The file that the peer had, but for the vocabulary.
  func file(quantized: Bool) -> GGUFBuilder {
    var builder = GGUFBuilder(metadata: metadata.map { ($0.key, $0.value) })
    for (seed, tensor) in tensors.enumerated() {
      let data =
        quantized && tensor.mayQuantize
        ? tensor.blocks(seed: UInt64(seed)) : tensor.floats(seed: UInt64(seed))
      builder.tensors.append(
        .init(
          name: tensor.name, dimensions: tensor.shape.map(UInt64.init),
          type: quantized && tensor.mayQuantize ? EncodedType.q8_0.rawValue : EncodedType.f32.rawValue,
          data: data))
    }
    return builder
  }
}

extension ArchitectureCase.Entry {
  fileprivate var value: GGUFBuilder.Value {
    if let u32 { return .uint32(u32) }
    if let f32 { return .float32(f32) }
    if let bool { return .bool(bool) }
    return .string(str ?? "")
  }
}

extension ArchitectureCase.Tensor {
  private var count: Int { shape.reduce(1, *) }

  /// Numbers evenly from -scale to scale, around offset.
  fileprivate func floats(seed: UInt64) -> [UInt8] {
    var random = SplitMix64(state: seed)
    return (0..<count).flatMap { _ in
      let unit = Float(random.next() >> 40) * 0x1p-23 - 1
      return (unit * Float(scale) + offset).bitPattern.littleEndianBytes
    }
  }

  /// Blocks of 32 bytes under the same scale, a 128th of what is wanted.
  fileprivate func blocks(seed: UInt64) -> [UInt8] {
    var random = SplitMix64(state: seed)
    let half = Float16(scale / 128).bitPattern.littleEndianBytes
    return (0..<count / 32).flatMap { _ in half + (0..<32).map { _ in UInt8(random.next() >> 56) } }
  }
}
