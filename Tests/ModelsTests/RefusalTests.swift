import GGUF
import Kernels
import ModelFixtures
import Models
import Testing

/// A way to spoil a good model file, and what the refusal must name.
struct Spoiled: Sendable, CustomStringConvertible {
  let description: String
  let named: String
  let spoil: @Sendable (inout GGUFBuilder) -> Void

  init(_ description: String, names named: String, _ spoil: @escaping @Sendable (inout GGUFBuilder) -> Void) {
    self.description = description
    self.named = named
    self.spoil = spoil
  }

  /// A metadata value in place of the good one.
  static func key(_ key: String, _ value: GGUFBuilder.Value, names named: String? = nil) -> Spoiled {
    Spoiled("\(key) \(value.bytes)", names: named ?? key) { builder in
      builder.metadata.removeAll { $0.key == key }
      builder.metadata.append((key, value))
    }
  }

  static func tensor(
    _ name: String, names named: String? = nil,
    _ change: @escaping @Sendable (inout GGUFBuilder.Tensor) -> Void
  ) -> Spoiled {
    Spoiled("tensor \(name)", names: named ?? name) { builder in
      for index in builder.tensors.indices where builder.tensors[index].name == name {
        change(&builder.tensors[index])
      }
    }
  }

  static let all: [Spoiled] = [
    .key("general.architecture", .string("mamba"), names: "known: llama"),
    .key("general.architecture", .uint32(3)),
    .key("llama.block_count", .uint32(0)), .key("llama.block_count", .uint32(.max)),
    .key("llama.block_count", .uint32(3), names: "blk.2."),
    .key("llama.block_count", .uint32(1), names: "blk.1."),
    .key("llama.embedding_length", .uint32(0)), .key("llama.embedding_length", .uint64(.max)),
    .key("llama.embedding_length", .uint32(64), names: "token_embd.weight"),
    .key("llama.embedding_length", .string("96")),
    .key("llama.feed_forward_length", .uint32(161), names: "ffn_gate"),
    .key("llama.feed_forward_length", .int32(-1)),
    .key("llama.feed_forward_length", .uint32(1 << 24), names: "scratch"),
    .key("llama.attention.head_count", .uint32(0)), .key("llama.attention.head_count", .uint32(100_000)),
    .key("llama.attention.head_count", .uint32(7), names: "divisor of 7"),
    .key("llama.attention.head_count_kv", .uint32(4), names: "divisor of 6"),
    .key("llama.attention.head_count_kv", .uint32(0)),
    .key("llama.attention.head_count_kv", .uint32(6), names: "attn_k"),
    .key("llama.attention.head_count_kv", .int32s([3, 3])),
    .key("llama.attention.key_length", .uint32(24), names: "multiples of 16"),
    .key("llama.attention.key_length", .uint32(1 << 30)),
    .key("llama.attention.value_length", .uint32(32), names: "another length"),
    .key("llama.attention.layer_norm_rms_epsilon", .float32(0)),
    .key("llama.attention.layer_norm_rms_epsilon", .float32(.nan)),
    .key("llama.attention.layer_norm_rms_epsilon", .float64(1e-300)),
    .key("llama.rope.freq_base", .float32(-1)), .key("llama.rope.freq_base", .float32(.infinity)),
    .key("llama.rope.dimension_count", .uint32(7)), .key("llama.rope.dimension_count", .uint32(18)),
    .key("llama.rope.scaling.type", .string("su"), names: "'su'"),
    .key("llama.rope.scaling.type", .string("yarn"), names: "llama.rope.scaling.factor"),
    .key("llama.rope.scaling.type", .string("longrope"), names: "rope_factors_long.weight"),
    .key("llama.expert_count", .uint32(1 << 20)),
    .key("llama.expert_count", .uint32(4), names: "expert_used_count"),
    .key("llama.rope.scaling.type", .string("linear"), names: "llama.rope.scaling.factor"),
    .key("llama.context_length", .uint32(0)),
    Spoiled("no epsilon", names: "llama.attention.layer_norm_rms_epsilon") {
      $0.metadata.removeAll { $0.key.hasSuffix("epsilon") }
    },
    Spoiled("a tensor missing", names: "blk.1.ffn_up.weight") {
      $0.tensors.removeAll { $0.name == "blk.1.ffn_up.weight" }
    },
    Spoiled("a bias", names: "blk.0.ffn_up.bias") {
      $0.tensors.append(.float32("blk.0.ffn_up.bias", [160], [Float](repeating: 1, count: 160)))
    },
    Spoiled("one bias of three", names: "blk.0.attn_k.bias") {
      $0.tensors.append(.float32("blk.0.attn_q.bias", [96], [Float](repeating: 1, count: 96)))
    },
    Spoiled("too few divisors of frequencies", names: "rope_freqs.weight") {
      $0.tensors.append(.float32("rope_freqs.weight", [7], [Float](repeating: 1, count: 7)))
    },
    Spoiled("a divisor of 0", names: "rope_freqs.weight") {
      $0.tensors.append(.float32("rope_freqs.weight", [8], [1, 1, 1, 1, 1, 1, 1, 0]))
    },
    Spoiled("divisors of a type without kernels", names: "I32") {
      $0.tensors.append(
        .init(name: "rope_freqs.weight", dimensions: [8], type: 26, data: [UInt8](repeating: 0, count: 32)))
    },
    .tensor("blk.0.attn_q.weight") { $0.dimensions = [48, 192] },
    .tensor("blk.0.attn_norm.weight") { $0.dimensions = [48, 2] },
    .tensor("token_embd.weight") { $0.dimensions = [96 * 131] },
    .tensor("output_norm.weight", names: "I32") { $0.type = 26 },
    .tensor("blk.0.ffn_down.weight", names: "Q8_1") { ($0.type, $0.dimensions) = (9, [160, 96]) },
  ]
}

@Suite struct RefusalTests {
  @Test("a model that cannot be run is refused by naming what does not fit", arguments: Spoiled.all)
  func refusals(spoiled: Spoiled) throws {
    var builder = TinyLlama().make().file
    spoiled.spoil(&builder)
    let opened = try OpenedModel(builder)
    do {
      _ = try LoadedModel(opened.file)
      Issue.record("accepted")
    } catch let error as ModelError {
      #expect(error.description.contains(spoiled.named), "\(error)")
    }
  }

  @Test("linear scaling divides positions, with or without its type named")
  func linearScaling() throws {
    var builder = TinyLlama().make().file
    builder.metadata.append(("llama.rope.scaling.factor", .float32(4)))
    #expect(try Architectures.configuration(of: OpenedModel(builder).file).rotary.frequencies[0] == 0.25)
    builder.metadata.append(("llama.rope.scaling.type", .string("linear")))
    #expect(try Architectures.configuration(of: OpenedModel(builder).file).rotary.frequencies[0] == 0.25)
    builder.metadata[builder.metadata.count - 1].value = .string("none")
    #expect(try Architectures.configuration(of: OpenedModel(builder).file).rotary.frequencies[0] == 1)
    var older = TinyLlama().make().file
    older.metadata.append(("llama.rope.scale_linear", .float32(2)))
    #expect(try Architectures.configuration(of: OpenedModel(older).file).rotary.frequencies[0] == 0.5)
  }

  @Test("each pair's frequency is divided by its own divisor, besides linear scaling")
  func divisors() throws {
    var builder = TinyLlama().make().file
    let plain = try Architectures.configuration(of: OpenedModel(builder).file).rotary.frequencies
    builder.tensors.append(.float32("rope_freqs.weight", [8], [1, 1, 1.5, 2, 4, 8, 8, 8]))
    builder.metadata.append(("llama.rope.scaling.factor", .float32(2)))
    let divided = try Architectures.configuration(of: OpenedModel(builder).file).rotary.frequencies
    #expect(zip(plain, divided).map { $0 / $1 } == [2, 2, 3, 4, 8, 16, 16, 16])
  }

  @Test("bytes changed at random (Fuzz) give a model or an error, never a crash")
  func mutationFuzz() throws {
    var tiny = TinyLlama()
    (tiny.width, tiny.queryHeads, tiny.kvHeads, tiny.layers) = (32, 2, 1, 1)
    (tiny.feedForwardWidth, tiny.vocabulary) = (32, 8)
    let builder = tiny.make().file
    let original = builder.bytes()
    let header = original.count - builder.tensors.reduce(0) { $0 + $1.data.count }
    var random = SplitMix64(state: 11)
    var loaded = 0
    for _ in 0..<600 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0..<(Bool.random(using: &random) ? header : bytes.count), using: &random)
        bytes[at] = Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : bytes[at] ^ 1
      }
      let temporary = try TemporaryFile(bytes)
      do {
        let model = try LoadedModel(try GGUFFile(path: temporary.path), threads: 1, maxTokens: 8)
        _ = try model.logits([[1, 2, 3], [4]])
        loaded += 1
      } catch is GGUFError {} catch is ModelError {}
    }
    #expect(loaded > 40)
  }
}
