import GGUF
import OpenAIAPI

/// One safetensors file: a header of JSON that names the tensors, then their bytes.
///
/// https://github.com/huggingface/safetensors#format. Everything that the header claims is checked against the file.
struct SafetensorsFile {
  let tensors: [StoredTensor]

  /// A hundred bytes for each of 300,000 tensors, and less than the format allows: a header must not ask for more memory than it is worth.
  private static let mostHeaderBytes = 1 << 25
  private static let types: [String: TensorType] = ["F32": .f32, "F16": .f16, "BF16": .bf16]

  init(path: String) throws {
    let file = try MappedFile(path: path)
    guard let length = file.number(at: 0, as: UInt64.self), let length = Int(exactly: length),
      length <= min(Self.mostHeaderBytes, file.byteCount - 8)
    else {
      throw SafetensorsError.malformed(
        file: path,
        found: "a header longer than the file's \(file.byteCount) bytes or \(Self.mostHeaderBytes)",
        expected: "its length in the first 8 bytes: is the download complete?")
    }
    var bytes: [UInt8] = []
    file.append(8..<8 + length, to: &bytes)
    let header = try JSONFile(path: path, bytes: bytes)
    var tensors: [StoredTensor] = []
    for name in header.object.names where name != "__metadata__" {
      let entry = try header.require(name) { (key) throws(SafetensorsError) in try header.member(key) }
      tensors.append(try Self.tensor(name, entry, file, dataStart: 8 + length))
    }
    self.tensors = tensors
  }

  private static func tensor(
    _ name: String, _ entry: JSONFile, _ file: MappedFile, dataStart: Int
  ) throws(SafetensorsError) -> StoredTensor {
    let dtype = try entry.require("dtype", entry.string)
    guard let type = types[dtype] else {
      throw .unsupported(
        file: entry.path, what: "tensor '\(name)' in the type \(dtype)",
        known: types.keys.sorted().joined(separator: ", "))
    }
    let shape = try numbers("shape", entry)
    let offsets = try numbers("data_offsets", entry)
    let data = file.byteCount - dataStart
    guard (1...2).contains(shape.count), shape.allSatisfy({ $0 > 0 }),
      let byteCount = product(shape + [type.bytesPerBlock])
    else {
      throw .malformed(
        file: entry.path, found: "tensor '\(name)' with the shape \(shape)", expected: "1 or 2 sizes above 0")
    }
    guard offsets.count == 2, offsets[1] <= data, offsets[1] - offsets[0] == byteCount else {
      throw .malformed(
        file: entry.path, found: "tensor '\(name)' at the data's bytes \(offsets)",
        expected: "\(byteCount) bytes inside the \(data) that follow the header: is the download complete?")
    }
    return StoredTensor(
      name: name, shape: shape, type: type, file: file,
      bytes: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private static func numbers(_ key: String, _ entry: JSONFile) throws(SafetensorsError) -> [Int] {
    var numbers: [Int] = []
    for element in try entry.require(key, entry.array) {
      guard case .integer(let number) = element, number >= 0 else {
        throw entry.bad(key, element, "whole numbers that are not negative")
      }
      numbers.append(number)
    }
    return numbers
  }

  private static func product(_ factors: [Int]) -> Int? {
    var product = 1
    for factor in factors {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      product = next
    }
    return product
  }
}
