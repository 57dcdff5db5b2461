/// Bytes that no set of a grammar tells apart, so that one step serves them all.
struct ByteClasses: Sendable {
  /// The class of each byte, `[256]`.
  let classOfByte: [UInt8]
  /// One byte of each class.
  let representatives: [UInt8]

  var count: Int { representatives.count }

  /// O(256 x sets).
  init(_ sets: [ByteSet]) {
    var classes = [Int](repeating: 0, count: 256)
    var count = 1
    var hasOutside = [Bool](repeating: false, count: 256)
    var inside = [Int](repeating: -1, count: 256)
    for set in sets where count < 256 {
      // Of a class that has bytes inside and outside of the set, those inside become a new one.
      for old in 0..<256 { (hasOutside[old], inside[old]) = (false, -1) }
      for byte in 0..<256 where !set.contains(UInt8(byte)) { hasOutside[classes[byte]] = true }
      for byte in 0..<256 where set.contains(UInt8(byte)) && hasOutside[classes[byte]] {
        let old = classes[byte]
        if inside[old] < 0 {
          inside[old] = count
          count += 1
        }
        classes[byte] = inside[old]
      }
    }
    var representatives = [UInt8](repeating: 0, count: count)
    for byte in 0..<256 { representatives[classes[byte]] = UInt8(byte) }
    self.representatives = representatives
    classOfByte = classes.map { UInt8($0) }
  }
}
