package import GGUF

/// A family of models: how its configuration is read from a file's metadata.
package struct Architecture: Sendable {
  /// As in `general.architecture`.
  package let name: String
  package let configure: @Sendable (GGUFFile) throws(ModelError) -> ModelConfiguration
}

/// All architectures that can be run: a new one is a file and a line here.
package enum Architectures {
  package static let all: [Architecture] = [
    Llama.architecture
  ]

  /// The configuration of the model in `file`, by its `general.architecture`.
  package static func configuration(of file: GGUFFile) throws(ModelError) -> ModelConfiguration {
    let name = try MetadataReader(file: file).required("general.architecture", file.metadata.string)
    guard let architecture = all.first(where: { $0.name == name }) else { throw .unknownArchitecture(name) }
    return try architecture.configure(file)
  }
}
