import Foundation
import ModelFixtures
import Testing

@testable import GGUF

/// One way to spoil the sample, and a part of the error that must come of it.
struct Spoiled: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let message: String
  let builder: GGUFBuilder

  init(_ name: String, _ message: String, _ change: (inout GGUFBuilder) -> Void) {
    testDescription = name
    self.message = message
    var builder = sample
    change(&builder)
    self.builder = builder
  }

  /// With one more metadata value.
  static func value(_ name: String, _ message: String, _ type: UInt32, _ bytes: [UInt8]) -> Spoiled {
    Spoiled(name, message) { $0.metadata.append(("bad", .init(type: type, bytes: bytes))) }
  }

  /// With the first tensor changed.
  static func tensor(
    _ name: String, _ message: String, _ change: (inout GGUFBuilder.Tensor) -> Void
  ) -> Spoiled {
    Spoiled(name, message) { change(&$0.tensors[0]) }
  }
}

let spoiledFiles: [Spoiled] = [
  Spoiled("wrong magic", "not a GGUF file") { $0.magic = 0x1234 },
  Spoiled("version 1", "version 1 is not supported") { $0.version = 1 },
  Spoiled("version 4", "version 4 is not supported") { $0.version = 4 },
  Spoiled("big endian", "big endian") { $0.version = UInt32(3).byteSwapped },
  Spoiled("absurd tensor count", "tensor count") { $0.tensorCount = .max },
  Spoiled("one tensor too many", "a tensor name") { $0.tensorCount = 3 },
  Spoiled("absurd key count", "metadata count") { $0.keyCount = 1 << 62 },
  Spoiled("key twice", "'count' appears twice") { $0.metadata.append(("count", .bool(true))) },
  Spoiled("empty key", "metadata key is empty") { $0.metadata.append(("", .bool(true))) },
  Spoiled("alignment of 3", "power of two") { $0.metadata.append(("general.alignment", .uint32(3))) },
  Spoiled("alignment of 0", "power of two") { $0.metadata.append(("general.alignment", .uint32(0))) },
  Spoiled("absurd alignment", "end of the file") {
    $0.metadata.append(("general.alignment", .uint64(1 << 62)))
  },
  .value("unknown type", "type of 'bad' is 13", 13, []),
  .value("bool of 2", "is 2", 7, [2]),
  .value("absurd string length", "at most", 8, UInt64.max.littleEndianBytes),
  .value("string not UTF-8", "not UTF-8", 8, UInt64(2).littleEndianBytes + [0xC3, 0x28]),
  .value(
    "absurd array count", "at most", 9, UInt32(4).littleEndianBytes + (UInt64(1) << 61).littleEndianBytes),
  .value(
    "array of unknown type", "element type", 9, UInt32(99).littleEndianBytes + UInt64(0).littleEndianBytes),
  .value(
    "absurd count of strings", "at most", 9, UInt32(8).littleEndianBytes + UInt64(9999).littleEndianBytes),
  .value(
    "deep nesting", "nest deeper", 9,
    (0..<100).flatMap { _ in UInt32(9).littleEndianBytes + UInt64(1).littleEndianBytes }),
  .tensor("empty name", "tensor name is empty") { $0.name = "" },
  .tensor("name twice", "the name appears twice") { $0.name = "packed" },
  .tensor("no dimensions", "0 dimensions") { $0.dimensions = [] },
  .tensor("five dimensions", "5 dimensions") { $0.dimensions = [1, 1, 1, 1, 1] },
  .tensor("dimension of 0", "is 0") { $0.dimensions = [0, 2] },
  .tensor("negative dimension", "a dimension") { $0.dimensions = [.max, 2] },
  .tensor("product overflow", "overflow") { $0.dimensions = [1 << 40, 1 << 40] },
  .tensor("byte count overflow", "overflow") { $0.dimensions = [1 << 62] },
  .tensor("type removed", "type number 4") { $0.type = 4 },
  .tensor("type unknown", "type number 4294967295") { $0.type = .max },
  .tensor("row not in blocks", "multiple of 32") { $0.type = 2 },
  .tensor("row not in super-blocks", "multiple of 256") { ($0.type, $0.dimensions) = (12, [128, 2]) },
  .tensor("offset not aligned", "not aligned") { $0.offset = 4 },
  .tensor("offset past the end", "pass the end") { $0.offset = 1 << 20 },
  .tensor("offset near overflow", "pass the end") { $0.offset = UInt64.max - 31 },
  .tensor("data past the end", "pass the end") { $0.dimensions = [1 << 30, 2] },
]

@Suite("malformed files") struct MalformedFileTests {
  @Test("each wrong field is refused with its name", arguments: spoiledFiles)
  func refused(spoiled: Spoiled) throws {
    let file = try TemporaryFile(spoiled.builder.bytes())
    let error = #expect(throws: GGUFError.self) { try GGUFFile(path: file.path) }
    let message = error?.description ?? ""
    #expect(message.contains(spoiled.message), "\(message)")
  }

  @Test("a file cut anywhere before the end of its data is refused")
  func truncated() throws {
    let bytes = sample.bytes()
    let lastDataByte = bytes.count - 24  // the packed tensor's 40 bytes, padded to 64
    let file = try TemporaryFile(bytes)
    for length in 0..<lastDataByte {
      try file.write(Array(bytes.prefix(length)))
      #expect(throws: GGUFError.self, "cut to \(length)") { try GGUFFile(path: file.path) }
    }
    try file.write(Array(bytes.prefix(lastDataByte)))
    _ = try GGUFFile(path: file.path)
  }

  @Test("a tensor of any type is refused if its last byte is missing", arguments: TensorType.allCases)
  func truncatedTensor(type: TensorType) throws {
    let dimensions = [UInt64(type.blockSize), 3]
    let data = [UInt8](repeating: 0, count: 3 * type.bytesPerBlock)
    let builder = GGUFBuilder(
      tensors: [.init(name: "last", dimensions: dimensions, type: type.rawValue, data: data)])
    let padding = (32 - data.count % 32) % 32
    let whole = Array(builder.bytes().dropLast(padding))
    let file = try TemporaryFile(whole)
    #expect(try GGUFFile(path: file.path).tensor("last").bytes.count == data.count)
    try file.write(whole.dropLast())
    #expect(throws: GGUFError.self) { try GGUFFile(path: file.path) }
  }

  @Test("mutated files (Fuzz) are refused or give tensors inside the file, and never crash")
  func mutationFuzz() throws {
    let setting = ProcessInfo.processInfo.environment["KVOTA_FUZZ_ITERATIONS"]
    let iterations = setting.flatMap { Int($0) } ?? 20_000
    var random = SplitMix64(state: 0x6775_6666)
    let original = sample.bytes()
    let file = try TemporaryFile(original)
    var accepted = 0
    for _ in 0..<iterations {
      try file.write(mutate(original, &random))
      guard let opened = try? GGUFFile(path: file.path) else { continue }
      accepted += 1
      exercise(opened)
    }
    // Some mutations hit only text or numbers and must not be refused; most break the structure.
    #expect(accepted > 0 && accepted < iterations)
  }

  private func mutate(_ original: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var bytes = original
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: at)
      case 3: if bytes.count > 1 { bytes.remove(at: at) }
      default: for index in at..<min(at + 8, bytes.count) { bytes[index] = 0xFF }
      }
    }
    return bytes
  }

  /// Uses all that the file offers, so that an unchecked range would crash here.
  private func exercise(_ opened: GGUFFile) {
    for tensor in opened.tensors {
      let size = opened.withTensor(tensor) { $0.byteCount }
      #expect(size == tensor.elementCount / tensor.type.blockSize * tensor.type.bytesPerBlock)
    }
    for key in opened.metadata.keys {
      _ = opened.metadata.summary(key)
      _ = try? opened.metadata.integers(key)
      _ = try? opened.metadata.floats(key)
      guard let strings = try? opened.metadata.strings(key) else { continue }
      for index in 0..<strings.count { _ = strings[index] }
    }
  }
}
