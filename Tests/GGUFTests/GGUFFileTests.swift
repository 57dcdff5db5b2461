import Foundation
import ModelFixtures
import Testing

@testable import GGUF

/// A small file with every kind of value and two tensors.
let sample = GGUFBuilder(
  metadata: [
    ("general.architecture", .string("tiny")),
    ("count", .uint32(7)), ("small", .uint8(3)), ("large", .uint64(.max)), ("negative", .int32(-1)),
    ("rate", .float32(0.5)), ("rate64", .float64(0.25)), ("flag", .bool(true)),
    ("words", .strings(["a", "", "žluťoučký"])), ("none", .strings([])),
    ("numbers", .int32s([1, -2])), ("floats", .float32s([1.5, -2])),
    ("nested", .array(9, [.int32s([1]), .strings(["x"])])),
  ],
  tensors: [
    .float32("weight", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
    .init(name: "packed", dimensions: [64], type: 3, data: Array(0..<40)),
  ])

@Test("metadata of every kind is read back")
func metadataKinds() throws {
  let file = try TemporaryFile(sample.bytes())
  let metadata = try GGUFFile(path: file.path).metadata
  #expect(try metadata.string("general.architecture") == "tiny")
  #expect(try metadata.integer("count") == 7)
  #expect(try metadata.integer("small") == 3)
  #expect(try metadata.float("rate") == 0.5)
  #expect(try metadata.float("rate64") == 0.25)
  #expect(try metadata.float("count") == 7)
  #expect(try metadata.bool("flag") == true)
  #expect(try metadata.integers("numbers") == [1, -2])
  #expect(try metadata.floats("floats") == [1.5, -2])
  let words = try metadata.require("words", as: metadata.strings)
  #expect((0..<words.count).map { words[$0] } == ["a", "", "žluťoučký"])
  #expect(try metadata.strings("none")?.count == 0)
  #expect(metadata.summary("nested") == "2 x array")
  #expect(metadata.keys.count == 13)
}

@Test("tensor bytes are lent as they lie in the file", arguments: [UInt32(2), 3])
func tensorBytes(version: UInt32) throws {
  var builder = sample
  builder.version = version
  let file = try TemporaryFile(builder.bytes())
  let opened = try GGUFFile(path: file.path)
  let weight = try opened.tensor("weight")
  #expect(weight.dimensions == [4, 2] && weight.elementCount == 8)
  let sum = opened.withTensor(weight) { span in
    (0..<8).reduce(Float(0)) { $0 + span.unsafeLoadUnaligned(fromByteOffset: $1 * 4, as: Float.self) }
  }
  #expect(sum == 36)
  let packed = try opened.tensor("packed")
  #expect(packed.type == .q4_1 && packed.bytes.count == 40)
  opened.file.dropPages(packed.bytes)
  #expect(opened.withTensor(packed) { $0.unsafeLoad(fromByteOffset: 39, as: UInt8.self) } == 39)
}

@Test("a missing key or tensor, or a value of another kind, is named in the error")
func missing() throws {
  let file = try TemporaryFile(sample.bytes())
  let opened = try GGUFFile(path: file.path)
  let metadata = opened.metadata
  #expect(try metadata.string("absent") == nil)
  #expect(throws: GGUFError.missingKey("absent")) { try metadata.require("absent", as: metadata.string) }
  #expect(throws: GGUFError.missingTensor("absent")) { try opened.tensor("absent") }
  #expect(throws: GGUFError.wrongType(key: "count", found: "the unsigned integer 7", expected: "a string")) {
    try metadata.string("count")
  }
  for key in ["large", "negative", "rate", "flag", "words"] {
    #expect(throws: GGUFError.self, "\(key)") { try metadata.integer(key) }
  }
  #expect(throws: GGUFError.self) { try metadata.strings("numbers") }
  #expect(throws: GGUFError.self) { try metadata.integers("floats") }
  #expect(throws: GGUFError.self) { try metadata.floats("words") }
  #expect(throws: GGUFError.self) { try metadata.bool("count") }
}

@Test("type numbers, names and block sizes fit together")
func tensorTypes() {
  #expect(TensorType(rawValue: 3) == .q4_1)
  #expect(TensorType.q4_K.name == "Q4_K")
  #expect(TensorType(rawValue: 4) == nil)
  for type in TensorType.allCases {
    let bits = Double(type.bytesPerBlock * 8) / Double(type.blockSize)
    #expect(bits >= 1 && bits <= 64, "\(type)")
  }
}

/// The default model, which is no part of the repository.
let modelPath: String = {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  return ProcessInfo.processInfo.environment["KVOTA_TEST_MODEL"]
    ?? root.appendingPathComponent(".cache/models/SmolLM2-135M-Instruct.Q4_1.gguf").path
}()

@Test("a real model opens", .enabled(if: FileManager.default.fileExists(atPath: modelPath)))
func realModel() throws {
  let opened = try GGUFFile(path: modelPath)
  #expect(opened.version == 3 && opened.tensors.count == 272)
  #expect(try opened.metadata.integer("llama.block_count") == 30)
  #expect(try opened.metadata.strings("tokenizer.ggml.tokens")?[1] == "<|im_start|>")
  #expect(try opened.tensor("blk.0.attn_q.weight").dimensions == [576, 576])
  #expect(opened.hasTensor("output_norm.weight") && !opened.hasTensor("blk.30.attn_q.weight"))
}

@Test("a model's fingerprint follows its bytes, wherever they differ, and nothing else")
func fingerprint() throws {
  func fingerprint(_ builder: GGUFBuilder) throws -> UInt64 {
    let file = try TemporaryFile(builder.bytes())
    return try GGUFFile(path: file.path).fingerprint
  }
  #expect(try fingerprint(sample) == fingerprint(sample))
  var other = sample
  other.tensors[1].data[39] = 0
  #expect(try fingerprint(sample) != fingerprint(other))
  other = sample
  other.metadata[1].value = .uint32(8)
  #expect(try fingerprint(sample) != fingerprint(other))
}
