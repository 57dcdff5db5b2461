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
    for set in sets where count < 256 {
      var inside: [Int: Int] = [:]
      var outside: Set<Int> = []
      for byte in 0..<256 where !set.contains(UInt8(byte)) { outside.insert(classes[byte]) }
      for byte in 0..<256 where set.contains(UInt8(byte)) && outside.contains(classes[byte]) {
        let old = classes[byte]
        if inside[old] == nil {
          inside[old] = count
          count += 1
        }
        classes[byte] = inside[old] ?? old
      }
    }
    var representatives = [UInt8](repeating: 0, count: count)
    for byte in 0..<256 { representatives[classes[byte]] = UInt8(byte) }
    self.representatives = representatives
    classOfByte = classes.map { UInt8($0) }
  }
}
