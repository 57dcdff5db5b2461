import Foundation
import GGUF
import OpenAIAPI

/// What a configuration says of rotary positions, in the older form (`rope_theta`, `rope_scaling`) or the newer (`rope_parameters`).
struct RotaryConfig {
  private let config: JSONFile
  private let scaling: JSONFile?
  private let base: Double
  private let type: String

  private static let known = ["default", "linear", "llama3", "longrope", "yarn"]

  init(_ config: JSONFile) throws {
    self.config = config
    let all = try config.member("rope_parameters")
    // Where layers differ, the local ones have a base that the architecture knows.
    let parameters = try all?.member("full_attention") ?? all
    scaling = try parameters ?? config.member("rope_scaling")
    base = try config.number("rope_theta") ?? parameters?.number("rope_theta") ?? 10_000
    let named = try scaling?.string("rope_type") ?? scaling?.string("type") ?? "default"
    // The older name of the same.
    type = named == "su" ? "longrope" : named
    guard Self.known.contains(type) else {
      throw SafetensorsError.unsupported(
        file: config.path, what: "rotary positions scaled as '\(type)'",
        known: Self.known.joined(separator: ", "))
    }
  }

  /// Keys behind `rope.`.
  var metadata: [(key: String, value: GGUFValue)] {
    get throws {
      var pairs: [(key: String, value: GGUFValue)] = [("freq_base", .float32(Float(base)))]
      guard ["linear", "longrope", "yarn"].contains(type), let scaling else { return pairs }
      pairs.append(("scaling.type", .string(type)))
      if let factor = try scaling.number("factor") {
        pairs.append(("scaling.factor", .float32(Float(factor))))
      }
      if let original = try originalContext {
        pairs.append(("scaling.original_context_length", .uint32(UInt32(original))))
      }
      if type == "longrope" { pairs.append(("scaling.attn_factor", .float32(try longAttentionFactor()))) }
      return pairs
    }
  }

  /// Tensors that say how frequencies are divided.
  func tensors(headDimension: Int) throws -> [(name: String, values: [Float])] {
    guard let scaling, headDimension > 1 else { return [] }
    switch type {
    case "llama3": return [("rope_freqs.weight", try llama3Divisors(scaling, headDimension))]
    case "longrope":
      return [
        ("rope_factors_long.weight", try factors("long_factor", scaling)),
        ("rope_factors_short.weight", try factors("short_factor", scaling)),
      ]
    default: return []
    }
  }

  private var originalContext: Int? {
    get throws {
      try scaling?.count("original_max_position_embeddings")
        ?? config.count("original_max_position_embeddings")
    }
  }

  /// Llama 3.1's rule: long waves are slowed by the factor, short ones are not, and between the two there is a slope.
  private func llama3Divisors(_ scaling: JSONFile, _ dimension: Int) throws -> [Float] {
    let factor = try scaling.require("factor", scaling.number)
    let low = try scaling.require("low_freq_factor", scaling.number)
    let high = try scaling.require("high_freq_factor", scaling.number)
    let original = Double(
      try scaling.require("original_max_position_embeddings", scaling.count))
    return (0..<dimension / 2).map { pair in
      let wavelength = 2 * Double.pi * pow(base, 2 * Double(pair) / Double(dimension))
      if wavelength < original / high { return 1 }
      if wavelength > original / low { return Float(factor) }
      let smooth = (original / wavelength - low) / (high - low)
      return Float(1 / ((1 - smooth) / factor + smooth))
    }
  }

  /// Phi-3's: what a context longer than the original asks of attention's scale.
  private func longAttentionFactor() throws -> Float {
    let context = Double(try config.require("max_position_embeddings", config.count))
    guard let original = try originalContext, original > 1 else {
      throw SafetensorsError.badValue(
        file: config.path, key: "original_max_position_embeddings", found: "absent or below 2",
        expected: "the context before scaling")
    }
    let scale = context / Double(original)
    return scale <= 1 ? 1 : Float((1 + log(scale) / log(Double(original))).squareRoot())
  }

  private func factors(_ key: String, _ scaling: JSONFile) throws -> [Float] {
    try scaling.require(key, scaling.array).map { element in
      switch element {
      case .integer(let number): Float(number)
      case .number(let number): Float(number)
      default: throw scaling.bad(key, element, "an array of numbers")
      }
    }
  }
}
