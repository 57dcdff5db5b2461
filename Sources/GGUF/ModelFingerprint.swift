extension GGUFFile {
  /// A number that tells models apart: of all metadata, all tensors' names, types and places, and samples of each tensor's data.
  ///
  /// To read all of a large file would take seconds. Models of one shape differ in almost every row, so samples tell them apart.
  package var fingerprint: UInt64 {
    // Samples from everywhere would leave a fifth of the file in memory.
    defer { dropPages() }
    var hash = FNV1a()
    hash.add(UInt64(file.byteCount))
    if let source {
      file.withUTF8(0..<file.byteCount) { hash.add($0) }
      let sample = source.sample
      hash.add(sample.span)
      return hash.value
    }
    let dataStart = tensors.map(\.bytes.lowerBound).min() ?? file.byteCount
    file.withUTF8(0..<dataStart) { hash.add($0) }
    for tensor in tensors {
      let last = max(tensor.bytes.lowerBound, tensor.bytes.upperBound - Self.sampleBytes)
      let middle = tensor.bytes.lowerBound + (last - tensor.bytes.lowerBound) / 2
      for start in [tensor.bytes.lowerBound, middle, last] {
        file.withUTF8(start..<min(start + Self.sampleBytes, tensor.bytes.upperBound)) { hash.add($0) }
      }
    }
    return hash.value
  }

  private static let sampleBytes = 1024
}

/// The FNV-1a hash of 64 bits: good at accidents, and not meant against intent.
private struct FNV1a {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: Span<UInt8>) {
    var value = value
    for index in bytes.indices { value = (value ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
    self.value = value
  }

  mutating func add(_ number: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      value = (value ^ (number >> shift & 0xff)) &* 0x100_0000_01b3
    }
  }
}
