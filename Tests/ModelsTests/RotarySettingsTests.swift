import Foundation
import Kernels
import ModelFixtures
import Testing

@testable import Models

@Suite struct RotarySettingsTests {
  private func settings(
    _ scaling: RotarySettings.Scaling?, factor: Double? = nil, base: Double? = nil, context: Int? = nil
  ) -> RotarySettings {
    var settings = RotarySettings()
    (settings.scaling, settings.factor, settings.base) = (scaling, factor, base)
    settings.contextLength = context
    return settings
  }

  private func configuration(
    _ name: String, _ settings: RotarySettings = RotarySettings(), without key: String = "no key"
  ) throws -> ModelConfiguration {
    var builder = try ArchitectureGoldens.named(name).file(quantized: false)
    builder.metadata.removeAll { $0.key.hasSuffix(key) }
    return try Architectures.configuration(of: OpenedModel(builder).file, rotary: settings)
  }

  @Test("what is asked for replaces the file's scaling and gives what a file with it gives")
  func replaces() throws {
    let plain = try configuration("llama")
    #expect(try configuration("llama, linear", settings(Scaling.none)).rotary == plain.rotary)
    let linear = try configuration("llama", settings(.linear, factor: 4))
    #expect(try linear.rotary == configuration("llama, linear").rotary)
    #expect(linear.contextLength == 4 * plain.contextLength)
    let yarn = try configuration("llama, yarn", settings(.yarn, factor: 4), without: "scaling.type")
    #expect(try yarn.rotary == configuration("llama, yarn").rotary)
    #expect(yarn.contextLength == 4 * 64 && yarn.rotary.magnitude > 1.1)
  }
  private typealias Scaling = RotarySettings.Scaling

  @Test("NTK scaling enlarges the base as the dynamic kind does at the whole of its context")
  func ntk() throws {
    let found = try configuration("llama", settings(.ntk, factor: 4, base: 5000))
    // Of transformers' definition: base * (factor * length / trained - (factor - 1)) ^ (d / (d - 2)).
    let (length, trained, dimensions) = (4.0 * 512, 512.0, 32.0)
    let base = 5000 * pow(4 * length / trained - 3, dimensions / (dimensions - 2))
    #expect(found.rotary == RotaryEmbedding(dimensions: 32, base: base, pairsHalves: false))
    #expect(found.contextLength == 2048)
  }

  @Test("a base alone replaces the file's and leaves its scaling")
  func base() throws {
    let found = try configuration("llama, linear", settings(nil, base: 777))
    #expect(found.rotary == RotaryEmbedding(dimensions: 32, base: 777, linearFactor: 4, pairsHalves: false))
    #expect(found.contextLength == 512)
  }

  @Test("LongRoPE's divisors are those for the context that there is")
  func longrope() throws {
    let long = try configuration("phi3, long").rotary
    let short = try configuration("phi3, long", settings(nil, context: 64)).rotary
    #expect(long.frequencies[0] < 0.7 && short.frequencies[0] > 0.45 && long != short)
    #expect(long.magnitude == Double(Float(1.2)) && short.magnitude == long.magnitude)
  }

  @Test("what does not belong together is refused")
  func refusals() {
    for bad in [
      settings(.linear), settings(nil, factor: 2), settings(Scaling.none, factor: 2),
      settings(.yarn, factor: 0.5),
      settings(.ntk, factor: .nan), settings(nil, base: 0), settings(nil, base: .infinity),
    ] {
      #expect(throws: ModelError.self) { try configuration("llama", bad) }
    }
    #expect { try configuration("gpt2", settings(nil, base: 10_000)) } throws: { error in
      "\(error)".contains("gpt2")
    }
  }
}
