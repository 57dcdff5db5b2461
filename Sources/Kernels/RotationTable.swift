import Glibc

/// Cosines and sines of positions `0 ..< limit`, for keys that are turned only when they are read; grows on demand.
///
/// A position's row is `[cosines, sines][pairs rounded up to 16]`: neighbouring slots may have any positions.
@safe struct RotationTable: ~Copyable {
  private let rotary: RotaryEmbedding
  private var limit = 0
  private var buffer = AlignedBuffer(byteCount: 0)

  /// At 64 dimensions, rows of so many take 256 MiB.
  private static let mostPositions = 1 << 20
  private static let leastPositions = 512

  init(_ rotary: RotaryEmbedding) { self.rotary = rotary }

  /// Floats of a row's cosines, and of its sines.
  private var padded: Int { (rotary.frequencies.count + 15) / 16 * 16 }

  /// The rows; good until the next `reach`.
  var rows: UnsafePointer<Float> { unsafe UnsafePointer(buffer.pointer(Float.self)) }

  /// Makes sure that there are rows for positions below `limit`, which must be no more than 2^20.
  mutating func reach(_ limit: Int) {
    guard limit > self.limit else { return }
    precondition(limit <= Self.mostPositions, "a key's position is negative or beyond \(Self.mostPositions)")
    let grown = min(max(limit, 2 * self.limit, Self.leastPositions), Self.mostPositions)
    let rowFloats = 2 * padded
    let larger = AlignedBuffer(byteCount: grown * rowFloats * MemoryLayout<Float>.size)
    let target = unsafe larger.pointer(Float.self)
    // Safety: both buffers hold the rows that are copied, the new one also those that are written.
    unsafe target.update(from: buffer.pointer(Float.self), count: self.limit * rowFloats)
    for position in self.limit..<grown {
      let row = unsafe target + position * rowFloats
      unsafe rotary.write(position: position, cosines: row, sines: row + padded)
    }
    buffer = larger
    self.limit = grown
  }
}

extension RotaryEmbedding {
  /// Writes cosines and sines of one position, each `[frequencies.count]`.
  func write(position: Int, cosines: UnsafeMutablePointer<Float>, sines: UnsafeMutablePointer<Float>) {
    for pair in frequencies.indices {
      let angle = Double(position) * frequencies[pair]
      // Safety: the caller has room for every pair.
      unsafe cosines[pair] = Float(magnitude * cos(angle))
      unsafe sines[pair] = Float(magnitude * sin(angle))
    }
  }
}
