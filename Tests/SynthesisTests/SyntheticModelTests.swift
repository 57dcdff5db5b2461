import Foundation
import GGUF
import Kernels
import ModelFixtures
import Testing
import Tokenizing

@testable import Synthesis

@Suite struct SyntheticModelTests {
  private let tiny = ModelShape.named("tiny")

  private func write(_ type: WeightType, seed: UInt64 = 0) throws -> TemporaryFile {
    let temporary = try TemporaryFile([])
    let model = SyntheticModel(try #require(tiny), type, seed: seed)
    try model.write(to: temporary.path, overwriting: true) { _ in }
    return temporary
  }

  private func bytes(_ file: TemporaryFile) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: file.path))
  }

  @Test("the same seed gives the same file, another seed another")
  func seeds() throws {
    let first = try bytes(write(.q4_0))
    #expect(try bytes(write(.q4_0)) == first)
    #expect(try bytes(write(.q4_0, seed: 1)) != first)
  }

  @Test("a file that is there is kept unless it is to be replaced, and no part of another is left over")
  func overwriting() throws {
    let temporary = try TemporaryFile([1, 2, 3])
    let model = SyntheticModel(try #require(tiny), .q4_0, seed: 0)
    #expect(throws: SynthesisError.exists(path: temporary.path)) {
      try model.write(to: temporary.path, overwriting: false) { _ in }
    }
    #expect(try bytes(temporary) == Data([1, 2, 3]))
    var seen: [Double] = []
    try model.write(to: temporary.path, overwriting: true) { seen.append($0) }
    #expect(try GGUFFile(path: temporary.path).hasTensor("output_norm.weight"))
    #expect(!FileManager.default.fileExists(atPath: temporary.path + ".partial"))
    #expect(seen == seen.sorted() && seen.last == 1)
  }

  @Test("a folder that is not there, or lies where the file should, is named")
  func folders() throws {
    let model = SyntheticModel(try #require(tiny), .q4_0, seed: 0)
    #expect(throws: SynthesisError.folder(path: "/tmp")) {
      try model.write(to: "/tmp", overwriting: true) { _ in }
    }
    #expect(throws: SynthesisError.notWritable(path: "/nowhere/model.gguf.partial")) {
      try model.write(to: "/nowhere/model.gguf", overwriting: false) { _ in }
    }
  }

  @Test(
    "values have mean 0, and a deviation that keeps products at variance 1",
    arguments: WeightType.allCases)
  func statistics(type: WeightType) throws {
    let temporary = try write(type)
    let file = try GGUFFile(path: temporary.path)
    for name in ["token_embd", "blk.0.attn_k", "blk.0.ffn_down"] {
      let tensor = try file.tensor(name + ".weight")
      let storage = try #require(TensorStorage(id: tensor.type.rawValue))
      let values = FloatRows(capacity: 1, width: tensor.elementCount)
      let (sum, squares) = values.withRow(0) { row in
        file.withTensor(tensor) { storage.dequantize($0, into: &row) }
        return row.indices.reduce((0.0, 0.0)) {
          ($0.0 + Double(row[$1]), $0.1 + Double(row[$1]) * Double(row[$1]))
        }
      }
      let (count, expected) = (Double(tensor.elementCount), 1 / Double(tensor.dimensions[0]).squareRoot())
      #expect(abs(sum / count) < 0.01 * expected, "\(name)")
      #expect(abs((squares / count).squareRoot() / expected - 1) < 0.02, "\(name)")
    }
  }

  @Test(
    "shapes have as many parameters as the models they are named after",
    arguments: [("llama-3.2-1b", 1_235_814_400, 32), ("llama-2-7b", 6_738_415_616, 0)])
  func parameters(name: String, count: Int, divisors: Int) throws {
    let shape = try #require(ModelShape.named(name))
    let tensors = SyntheticTensor.all(of: shape, .q4_0)
    #expect(tensors.reduce(0) { $0 + $1.dimensions.reduce(1, *) } == count + divisors)
    #expect(Set(tensors.map(\.name)).count == tensors.count)
  }

  @Test("q4_k has 6 bits where the mixture Q4_K_M has them")
  func mixture() throws {
    let shape = try #require(ModelShape.named("llama-2-7b"))
    let fine = SyntheticTensor.all(of: shape, .q4_k).filter { $0.type == .q6_K }.map(\.name)
    let layers = [0, 1, 2, 3, 6, 9, 12, 15, 18, 21, 24, 27, 28, 29, 30, 31]
    let expected = layers.flatMap { ["blk.\($0).attn_v.weight", "blk.\($0).ffn_down.weight"] }
    #expect(fine == expected + ["output.weight"])
  }

  @Test("slow pairs are divided by the whole factor, fast ones by 1, those between by what lies between")
  func divisors() throws {
    let divisors = try #require(ModelShape.named("llama-3.2-1b")?.frequencyDivisors)
    #expect(divisors.count == 32 && divisors == divisors.sorted())
    #expect(divisors[..<15].allSatisfy { $0 == 1 } && divisors[18...].allSatisfy { $0 == 32 })
    #expect(ModelShape.named("llama-2-7b")?.frequencyDivisors == nil)
  }

  @Test("text becomes words of the vocabulary and text again", arguments: ["hello, wörld 42\n", " ab", ""])
  func text(_ text: String) throws {
    let temporary = try write(.q8_0)
    let tokenizer = try Tokenizer(metadata: GGUFFile(path: temporary.path).metadata)
    let tokens = tokenizer.encode(text, parseSpecial: false)
    #expect(tokenizer.decode(tokens) == text)
    #expect(tokens.count <= text.utf8.count)
    #expect(tokenizer.encode(" ab", parseSpecial: false).count == 1)
    #expect(tokenizer.vocabulary.count == 1024)
  }
}
