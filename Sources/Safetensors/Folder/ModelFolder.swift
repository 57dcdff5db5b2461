import FoundationEssentials
package import GGUF

/// A model as Hugging Face's libraries save it: `config.json`, `tokenizer.json`, weights in `*.safetensors`.
package enum ModelFolder {
  /// Opens a folder as the model that a GGUF file of it would be, its matrices rounded to `quantization` when they are read.
  ///
  /// - Throws: `SafetensorsError` or `GGUFError`, which say in which file what was found and what was expected.
  package static func open(_ path: String, quantization: Quantization? = nil) throws -> GGUFFile {
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    let config = try JSONFile(path: folder + "/config.json")
    let type = try config.require("model_type", config.string)
    guard let family = ModelFamily.all.first(where: { $0.modelTypes.contains(type) }) else {
      throw SafetensorsError.unknownModelType(type, known: ModelFamily.all.flatMap(\.modelTypes))
    }
    let tensors = try PresentedTensorList(
      stored: StoredTensors(folder: folder), family: family, config: config, quantization: quantization)
    var metadata: [(key: String, value: GGUFValue)] = [
      ("general.architecture", .string(family.architecture)),
      ("general.name", .string(name(folder))),
    ]
    metadata += try family.metadata(config)
    metadata += try TokenizerFolder(folder, config: config).metadata()
    return try GGUFFile(
      header: GGUFHeader(metadata: metadata, tensors: tensors.entries), source: tensors.source)
  }

  /// Whether a path is a folder.
  package static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  /// Bytes of a folder's weights; 0 if it cannot be read.
  package static func weightBytes(_ path: String) -> Int {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasSuffix(".safetensors") }.reduce(0) { sum, name in
      sum + ((try? MappedFile(path: "\(path)/\(name)").byteCount) ?? 0)
    }
  }

  private static func name(_ folder: String) -> String {
    folder.split(separator: "/").last.map(String.init) ?? folder
  }
}
