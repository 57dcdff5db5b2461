import FoundationEssentials

/// Finds the model's file: the one that was named, else the default one in the cache folder.
package enum ModelFile {
  static let defaultName = "SmolLM2-135M-Instruct.Q4_1.gguf"

  /// The path of a file that exists.
  static func path(_ texts: SettingTexts) throws(SettingsError) -> String {
    if let (path, origin) = texts.text(.model) {
      guard exists(path) else {
        throw SettingsError("\(origin) is '\(path)', where no file is; expected the path of a GGUF file")
      }
      return path
    }
    let path = "\(cacheFolder(texts.environment))/\(defaultName)"
    guard exists(path) else {
      throw SettingsError(
        "no model: name a GGUF file with --model, or fetch the default one with `make model` (it would be \(path))"
      )
    }
    return path
  }

  /// Where fetched models lie.
  static func cacheFolder(_ environment: [String: String]) -> String {
    if let folder = environment["KVOTA_CACHE"], !folder.isEmpty { return folder }
    if let folder = environment["XDG_CACHE_HOME"], !folder.isEmpty { return "\(folder)/kvota" }
    return "\(environment["HOME"] ?? "")/.cache/kvota"
  }

  /// The file's size; 0 if it cannot be read, which loading will tell.
  package static func bytes(_ path: String) -> Int {
    (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
  }

  private static func exists(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder
  }
}
