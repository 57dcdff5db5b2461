import Foundation
import GGUF
import ModelFixtures
import Testing
import Tokenizing

@testable import Safetensors

@Suite("hostile folders") struct HostileFolderFuzzTests {
  private static var iterations: Int {
    ProcessInfo.processInfo.environment["KVOTA_FUZZ_ITERATIONS"].flatMap { Int($0) }.map { $0 / 100 } ?? 150
  }

  @Test(
    "whatever is changed in a file, the folder is refused or can be used",
    arguments: [
      "config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json",
      "model.safetensors.index.json",
      "model-00001-of-00002.safetensors",
    ])
  func mutated(name: String) throws {
    let copy = try FolderCopy()
    let original = try copy.read(name)
    var random = SplitMix64(state: UInt64(name.utf8.count))
    // The bytes that say something: tensors' data may be anything.
    let limit = name.hasSuffix(".safetensors") ? 2000 : original.count
    for _ in 0..<Self.iterations {
      try copy.write(name, Self.mutate(original, limit: limit, &random))
      guard let file = try? copy.open(.q8_0) else { continue }
      for tensor in file.tensors { #expect(file.withTensor(tensor) { $0.byteCount } == tensor.bytes.count) }
      guard let tokenizer = try? Tokenizer(metadata: file.metadata) else { continue }
      _ = tokenizer.decode(tokenizer.encode("The harbour 123 <|end|>\n", parseSpecial: true))
    }
  }

  /// Some bytes changed, cut out, doubled, or digits exchanged for the numbers that overflow things.
  private static func mutate(_ bytes: [UInt8], limit: Int, _ random: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let limit = max(1, min(limit, bytes.count))
      let place = Int.random(in: 0..<limit, using: &random)
      let end = min(place + Int.random(in: 1...20, using: &random), limit)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3: bytes.removeSubrange(place...)
      default:
        let numbers = [
          "0", "-1", "9223372036854775807", "1e308", "4294967296", "null", "\"\"", "[]", "{}", "true",
        ]
        let digits = bytes[place..<limit].firstIndex { (0x30...0x39).contains($0) } ?? place
        let number = numbers[Int.random(in: numbers.indices, using: &random)]
        bytes.replaceSubrange(digits..<min(digits + 1, bytes.count), with: Array(number.utf8))
      }
      guard !bytes.isEmpty else { return [0] }
    }
    return bytes
  }
}
