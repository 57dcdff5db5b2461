import FoundationEssentials
package import GGUF
package import Safetensors
import Transport

/// Finds and opens the model: the one that was named, else the default one in the cache folder.
package enum ModelFile {
  static let defaultName = "SmolLM2-135M-Instruct.Q4_1.gguf"
  /// What clients call it, as `make run` does.
  static let defaultAlias = "smollm2-135m-instruct"

  /// The path of a file or folder that exists: as it was named, or of that name in the cache folder.
  static func path(_ texts: SettingTexts) throws(SettingsError) -> String {
    let cache = cacheFolder(texts.environment)
    guard let (name, origin) = texts.text(.model) else {
      let path = "\(cache)/\(defaultName)"
      guard exists(path) else {
        throw SettingsError(
          "no model: name a GGUF file with --model, or fetch the default one with `make model` (it would be \(path))"
        )
      }
      return path
    }
    if exists(name) { return name }
    guard !name.isEmpty, !name.contains("/"), exists("\(cache)/\(name)") else {
      throw SettingsError(
        "\(origin) is '\(name)', where nothing is, nor in \(cache); expected the path of a GGUF file or of a folder with "
          + "config.json and *.safetensors, or the name of a model there, as `kvota fetch` puts it")
    }
    return "\(cache)/\(name)"
  }

  /// Where fetched models lie.
  package static func cacheFolder(_ environment: [String: String]) -> String {
    if let folder = environment["KVOTA_CACHE"], !folder.isEmpty { return folder }
    if let folder = environment["XDG_CACHE_HOME"], !folder.isEmpty { return "\(folder)/kvota" }
    return "\(environment["HOME"] ?? "")/.cache/kvota"
  }

  /// What `quantize` says, which only folders can be loaded with.
  static func quantization(_ texts: SettingTexts, path: String) throws(SettingsError) -> Quantization? {
    guard let quantization = try texts.choice(.quantize, of: Quantization.self) else { return nil }
    guard ModelFolder.isFolder(path) else {
      let origin = texts.text(.quantize)?.origin ?? ""
      throw SettingsError(
        "\(origin) is for folders of safetensors, and '\(path)' is a file; expected a folder, or a file that is quantized"
      )
    }
    return quantization
  }

  /// Opens a GGUF file or a folder of safetensors.
  ///
  /// - Throws: `GGUFError` or `SafetensorsError`.
  package static func open(_ path: String, quantization: Quantization? = nil) throws -> GGUFFile {
    ModelFolder.isFolder(path)
      ? try ModelFolder.open(path, quantization: quantization) : try GGUFFile(path: path)
  }

  /// Bytes of the file, or of a folder's weights; 0 if they cannot be read, which loading will tell.
  package static func bytes(_ path: String) -> Int {
    if ModelFolder.isFolder(path) { return ModelFolder.weightBytes(path) }
    return FileManager.default.number(.size, ofItemAtPath: path) ?? 0
  }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

extension Settings {
  /// Opens the model that the settings name.
  ///
  /// - Throws: `SettingsError`, with the path and why it cannot be read.
  package func openModel() throws(SettingsError) -> GGUFFile {
    do {
      return try ModelFile.open(modelPath, quantization: quantization)
    } catch {
      let reason = "\(error)"
      throw SettingsError(reason.contains(modelPath) ? reason : "the model '\(modelPath)': \(reason)")
    }
  }
}
