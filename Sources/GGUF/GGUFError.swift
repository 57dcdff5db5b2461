/// What is wrong with a model file, where, and what was expected instead.
package enum GGUFError: Error, Equatable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case wrongMagic(found: UInt32)
  case bigEndian
  case unsupportedVersion(UInt32)
  case malformed(offset: Int, found: String, expected: String)
  case missingKey(String)
  case wrongType(key: String, found: String, expected: String)
  case missingTensor(String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "cannot read model file '\(path)': \(reason)"
    case .wrongMagic(let found):
      "not a GGUF file: it starts with 0x\(String(found, radix: 16)), expected 0x46554747 ('GGUF')"
    case .bigEndian:
      "the GGUF file is big endian; only little-endian files can be read: convert it again for this machine"
    case .unsupportedVersion(let version):
      "GGUF version \(version) is not supported; known: 2, 3: convert the model again with a current tool"
    case .malformed(let offset, let found, let expected):
      "malformed GGUF file at byte \(offset): \(found); expected \(expected)"
    case .missingKey(let key):
      "the GGUF file has no metadata key '\(key)', which is required"
    case .wrongType(let key, let found, let expected):
      "metadata key '\(key)' holds \(found); expected \(expected)"
    case .missingTensor(let name):
      "the GGUF file has no tensor '\(name)', which this architecture needs"
    }
  }
}
