package import GGUF

/// A family of models: how its configuration is read from a file's metadata.
package struct Architecture: Sendable {
  /// As in `general.architecture`.
  package let name: String
  let configure: @Sendable (MetadataReader) throws(ModelError) -> ModelConfiguration
}

/// All architectures that can be run: a new one is a file and a line here.
package enum Architectures {
  package static let all: [Architecture] = [
    Llama.architecture, Qwen2.architecture, Qwen3.architecture, Qwen3MoE.architecture, Phi3.architecture,
    Gemma.architecture, Gemma2.architecture, Gemma3.architecture, GPT2.architecture, GPTNeoX.architecture,
  ]

  /// The configuration of the model in `file`, by its `general.architecture`, with rotary positions as `rotary` asks for them.
  package static func configuration(
    of file: GGUFFile, rotary: RotarySettings = RotarySettings()
  ) throws(ModelError) -> ModelConfiguration {
    let name = try MetadataReader(file: file).architecture
    guard let architecture = all.first(where: { $0.name == name }) else { throw .unknownArchitecture(name) }
    return try architecture.configure(MetadataReader(file: file, prefix: name, rotary: rotary))
  }
}
