import FoundationEssentials
import OpenAIAPI

/// All tensors of a folder: of one file, or of those that an index names.
struct StoredTensors {
  let folder: String
  private(set) var byName: [String: StoredTensor] = [:]

  init(folder: String) throws {
    self.folder = folder
    for name in try Self.fileNames(folder) {
      for tensor in try SafetensorsFile(path: "\(folder)/\(name)").tensors {
        guard byName.updateValue(tensor, forKey: tensor.name) == nil else {
          throw SafetensorsError.malformed(
            file: "\(folder)/\(name)", found: "tensor '\(tensor.name)', which another file has too",
            expected: "each tensor once")
        }
      }
    }
  }

  private static func fileNames(_ folder: String) throws -> [String] {
    let (single, index) = ("model.safetensors", "model.safetensors.index.json")
    if FileManager.default.fileExists(atPath: "\(folder)/\(single)") { return [single] }
    guard FileManager.default.fileExists(atPath: "\(folder)/\(index)") else {
      throw SafetensorsError.missingFile(
        folder: folder, expected: "\(single), or the \(index) of several files, must be there")
    }
    let file = try JSONFile(path: "\(folder)/\(index)")
    let map = try file.require("weight_map") { (key) throws(SafetensorsError) in try file.member(key) }
    var names: Set<String> = []
    for tensor in map.object.names {
      let name = try map.require(tensor, map.string)
      // A name is not a way out of the folder.
      guard name.hasSuffix(".safetensors"), !name.contains("/") else {
        throw SafetensorsError.badValue(
          file: file.path, key: tensor, found: "'\(name.prefix(80))'",
          expected: "the name of a .safetensors file beside it")
      }
      names.insert(name)
    }
    return names.sorted()
  }
}
