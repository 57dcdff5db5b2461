/// Texts that are looked for in another one, each with a number: the longest at each place.
///
/// A trie over bytes, entered only at bytes that start such a text: all else costs a table lookup a byte.
package struct TextTrie: Sendable {
  private var starts = [Bool](repeating: false, count: 256)
  /// The next node, by node and byte.
  private var edges: [UInt64: Int] = [:]
  /// The number of the text that ends at each node, -1 for none; node 0 is the root.
  private var numbers: [Int32] = [-1]

  package init() {}

  /// Adds a text; of equal ones the first counts, and an empty one is never found.
  package mutating func insert(_ text: some Sequence<UInt8>, _ number: Int32) {
    var node = 0
    for byte in text {
      if node == 0 { starts[Int(byte)] = true }
      let edge = Self.edge(node, byte)
      node = edges[edge, default: numbers.count]
      if node == numbers.count {
        edges[edge] = node
        numbers.append(-1)
      }
    }
    if node > 0, numbers[node] < 0 { numbers[node] = number }
  }

  /// The longest text that stands at `start` and is wanted there, by its number and the place of its last byte, and where it ends.
  ///
  /// O(the longest text).
  package func match(
    _ text: [UInt8], at start: Int, where isWanted: (_ number: Int32, _ last: Int) -> Bool = { _, _ in true }
  ) -> (number: Int32, end: Int)? {
    guard starts[Int(text[start])] else { return nil }
    var node = 0
    var longest: (number: Int32, end: Int)?
    for index in start..<text.count {
      guard let next = edges[Self.edge(node, text[index])] else { break }
      node = next
      let number = numbers[node]
      if number >= 0, isWanted(number, index) { longest = (number, index + 1) }
    }
    return longest
  }

  private static func edge(_ node: Int, _ byte: UInt8) -> UInt64 { UInt64(node) << 8 | UInt64(byte) }
}
