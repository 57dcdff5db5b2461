import Foundation
import GGUF
import Kernels
import Models
import Testing

@testable import Safetensors

@Suite("model folder") struct ModelFolderTests {
  @Test("a folder is the model that a GGUF file of it would be")
  func metadata() throws {
    let file = try ModelFolder.open(Goldens.llama + "/")
    let metadata = file.metadata
    #expect(
      try metadata.string("general.architecture") == "llama" && metadata.string("general.name") == "llama")
    #expect(try metadata.integer("llama.attention.head_count_kv") == 2)
    #expect(try metadata.integer("llama.attention.key_length") == 16)
    #expect(try metadata.float("llama.rope.freq_base") == 500_000)
    #expect(try metadata.integer("tokenizer.ggml.bos_token_id") == 340)
    #expect(try metadata.integer("tokenizer.ggml.eos_token_id") == 341)
    #expect(try metadata.integer("tokenizer.ggml.eot_token_id") == 342)
    #expect(try metadata.bool("tokenizer.ggml.add_bos_token") == true)
    #expect(try metadata.string("tokenizer.chat_template")?.hasPrefix("{% for m in messages %}") == true)
    #expect(try file.tensor("token_embd.weight").dimensions == [32, 352])
    #expect(try file.tensor("blk.1.ffn_up.weight").type == .f32)
    #expect(try file.tensor("blk.1.ffn_down.weight").type == .f16)
    #expect(try file.tensor("blk.0.attn_norm.weight").type == .f32)
  }

  @Test("rows that rotate together lie half a head apart in the folder and side by side in the model")
  func pairs() throws {
    let stored = try StoredTensors(folder: Goldens.llama).byName
    let file = try ModelFolder.open(Goldens.llama)
    for (name, old) in [("blk.0.attn_q", "q_proj"), ("blk.0.attn_k", "k_proj")] {
      let tensor = try file.tensor("\(name).weight")
      let source = try #require(stored["model.layers.0.self_attn.\(old).weight"])
      for row in 0..<tensor.rowCount {
        let (head, place) = (row / 16, row % 16)
        var expected: [UInt8] = []
        source.file.append(source.bytes(ofRow: head * 16 + place / 2 + (place % 2) * 8), to: &expected)
        #expect(file.withRows(row..<row + 1, of: tensor) { Array(copying: $0) } == expected)
      }
    }
  }

  @Test("matrices are rounded as llama.cpp's own package rounds them, to the bit")
  func rounded() throws {
    let names = [
      "model.layers.0.self_attn.v_proj.weight": "blk.0.attn_v.weight",
      "model.layers.1.mlp.down_proj.weight": "blk.1.ffn_down.weight",
    ]
    for golden in try Goldens.read().rounded {
      let quantization = try #require(Quantization(rawValue: golden.type.lowercased()))
      let file = try ModelFolder.open(Goldens.llama, quantization: quantization)
      let tensor = try file.tensor(#require(names[golden.name]))
      #expect(tensor.type.name == golden.type)
      #expect(file.withTensor(tensor) { Array(copying: $0) } == Array(golden.bytes))
    }
  }

  @Test("rounded to 4 bits, embedding and output have 8, and norms are not rounded")
  func mixture() throws {
    let file = try ModelFolder.open(Goldens.llama, quantization: .q4_1)
    #expect(try file.tensor("token_embd.weight").type == .q8_0 && file.tensor("output.weight").type == .q8_0)
    #expect(try file.tensor("blk.0.attn_q.weight").type == .q4_1)
    #expect(try file.tensor("output_norm.weight").type == .f32)
  }

  @Test("folders of other weights, and of other rounding, are other models")
  func fingerprints() throws {
    let copy = try FolderCopy()
    let plain = try copy.open().fingerprint
    #expect(try copy.open().fingerprint == plain)
    #expect(try copy.open(.q8_0).fingerprint != plain)
    let shard = "model-00002-of-00002.safetensors"
    var bytes = try copy.read(shard)
    bytes[bytes.count - 1] ^= 1
    try copy.write(shard, bytes)
    #expect(try copy.open().fingerprint != plain)
  }

  @Test("a single file without an index is enough")
  func single() throws {
    let copy = try FolderCopy()
    try copy.remove("model.safetensors.index.json")
    #expect(throws: SafetensorsError.self) { try copy.open() }
    let shards = try ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"].map {
      try SafetensorsFile(path: "\(copy.path)/\($0)").tensors
    }
    #expect(shards.map(\.count) == [9, 12])
  }

  @Test("every family has a place for its models' tensors, and for no others")
  func places() throws {
    for family in ModelFamily.all {
      for part in family.layerParts.keys {
        guard case .named(let name, _) = family.place(of: "model.layers.7.\(part).weight") else {
          Issue.record("\(part)")
          continue
        }
        #expect(name.hasPrefix("blk.7."))
      }
      for foreign in [
        "model.layers.x.mlp.up_proj.weight", "model.layers.0.mlp.weight", "weight", "", "model.vision.weight",
      ] {
        guard case .unknown = family.place(of: foreign) else {
          Issue.record("\(foreign)")
          continue
        }
      }
    }
    guard case .named("output_norm.weight", .addOne)? = ModelFamily.all.last?.place(of: "model.norm.weight")
    else {
      Issue.record("gemma's norms count from one")
      return
    }
  }

  @Test(
    "what is wrong in a folder is said with file and key",
    arguments: [
      Change("config.json", "\"llama\"", "\"vision\"", "unknown model type 'vision'"),
      Change(
        "config.json", "\"num_attention_heads\": 4", "\"num_attention_heads\": \"4\"", "'num_attention_heads'"
      ),
      Change("config.json", "\"hidden_size\": 32,", "", "'hidden_size'"),
      Change("config.json", "\"head_dim\": 16", "\"head_dim\": 7", "heads of 7"),
      Change("config.json", "\"llama3\"", "\"dynamic\"", "scaled as 'dynamic'"),
      Change("config.json", "\"silu\"", "\"relu\"", "'hidden_act'"),
      Change("config.json", "{", "[", "config.json"),
      Change("tokenizer.json", "\"type\":\"BPE\"", "\"type\":\"Unigram\"", "kind 'Unigram'"),
      Change("tokenizer.json", "\"type\":\"Split\"", "\"type\":\"Bert\"", "pre-tokenizer 'Bert'"),
      Change(
        "tokenizer.json", "\"normalizer\":null", "\"normalizer\":{\"type\":\"Lowercase\"}",
        "normalizer 'Lowercase'"),
      Change("tokenizer_config.json", "<|begin|>", "<|bogus|>", "'bos_token'"),
      Change("generation_config.json", "342", "4200", "'eos_token_id'"),
      Change("model.safetensors.index.json", "model-00002", "../model-00002", "beside it"),
      Change("model.safetensors.index.json", "model-00002", "model-00009", "cannot read model file"),
    ])
  func refused(change: Change) throws {
    let copy = try FolderCopy()
    if change.file == "tokenizer.json" { try copy.compactTokenizer() }
    try copy.replace(change.old, with: change.new, in: change.file)
    let error = #expect(throws: (any Error).self) { try copy.open() }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains(change.message), "\(message)")
  }

  struct Change: Sendable, CustomTestStringConvertible {
    let file: String
    let old: String
    let new: String
    let message: String

    init(_ file: String, _ old: String, _ new: String, _ message: String) {
      (self.file, self.old, self.new, self.message) = (file, old, new, message)
    }

    var testDescription: String { "\(file): \(old) to \(new)" }
  }

  @Test(
    "a window is told where the architecture has one, and a folder whose last layers alone have one is refused"
  )
  func windows() throws {
    let type = "\"model_type\": \"llama\""
    func open(_ model: String, _ more: String) throws -> GGUFFile {
      let copy = try FolderCopy()
      try copy.replace(type, with: "\"model_type\": \"\(model)\", \(more)", in: "config.json")
      return try copy.open()
    }
    let key = "llama.attention.sliding_window"
    let mistral = try open("mistral", "\"sliding_window\": 24")
    #expect(try mistral.metadata.integer(key) == 24)
    #expect(try Architectures.configuration(of: mistral).window?.tokens == 24)
    for (model, more) in [("mistral", "\"sliding_window\": null"), ("llama", "\"sliding_window\": 24")] {
      #expect(try open(model, more).metadata.integer(key) == nil)
    }
    let windowed = "\"sliding_window\": 24, \"max_window_layers\": 1"
    for more in [
      windowed, "\"use_sliding_window\": false, \(windowed)",
      "\"use_sliding_window\": true, \"sliding_window\": 24",
    ] {
      #expect(try open("qwen2", more).metadata.integer("qwen2.attention.sliding_window") == nil)
    }
    let error = #expect(throws: SafetensorsError.self) {
      try open("qwen2", "\"use_sliding_window\": true, \(windowed)")
    }
    #expect(error.map { "\($0)" }?.contains("max_window_layers") == true)
  }

  @Test("a chat template of more than 4 MiB is refused, not cut")
  func longTemplate() throws {
    let copy = try FolderCopy()
    try copy.write("chat_template.jinja", [UInt8](repeating: 97, count: 1 << 22))
    #expect(try copy.open().metadata.string("tokenizer.chat_template")?.utf8.count == 1 << 22)
    try copy.write("chat_template.jinja", [UInt8](repeating: 97, count: 1 << 22 | 1))
    let error = #expect(throws: SafetensorsError.self) { try copy.open() }
    #expect(error.map { "\($0)" }?.contains("chat_template.jinja") == true)
  }

  @Test("a tensor that is left over, missing or of an unknown type is named")
  func tensors() throws {
    let copy = try FolderCopy()
    let shard = "model-00001-of-00002.safetensors"
    let bytes = try copy.read(shard)
    for (old, new, message) in [
      ("self_attn.q_proj", "self_attn.x_proj", "'model.layers.0.self_attn.x_proj.weight'"),
      ("\"BF16\"", "\"F999\"", "F999"),
    ] {
      let changed = String(decoding: bytes.prefix(4096), as: UTF8.self)
      try #require(changed.contains(old) && old.utf8.count == new.utf8.count)
      let range = try #require(Data(bytes).range(of: Data(old.utf8)))
      var broken = bytes
      broken.replaceSubrange(range, with: Array(new.utf8))
      try copy.write(shard, broken)
      let error = #expect(throws: (any Error).self) { try copy.open() }
      #expect(error.map { "\($0)" }?.contains(message) == true, "\(error.map { "\($0)" } ?? "")")
    }
  }
}

extension [UInt8] {
  /// A copy of raw bytes.
  init(copying span: RawSpan) {
    self = span.withUnsafeBytes { Array($0) }
  }
}

extension FolderCopy {
  /// Writes tokenizer.json without spaces and line ends between its parts, to look for a text in it.
  func compactTokenizer() throws {
    let value = try JSONSerialization.jsonObject(with: Data(read("tokenizer.json")))
    try write(
      "tokenizer.json",
      Array(JSONSerialization.data(withJSONObject: value, options: [.withoutEscapingSlashes])))
  }
}
