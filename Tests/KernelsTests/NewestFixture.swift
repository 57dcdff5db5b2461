import ModelFixtures

@testable import Kernels

/// The newest pages of a test's heads, and what every token's key and value are before they are rounded to bytes.
///
/// Old slots hold the tokens `0 ..< old` in any order, new ones those that follow.
final class NewestFixture {
  private let sizes: AttentionCase
  /// Per head and slot: the number of its token.
  private var numbers: [[Int32]]
  private var keys: [[[Double]]]
  private var values: [[[Double]]]
  private let pages: [UnsafeMutableRawPointer]
  private let tokens: [UnsafeMutablePointer<Int32>]

  init(_ sizes: AttentionCase, newSlots: [[Int32]], using random: inout SplitMix64) {
    self.sizes = sizes
    numbers = newSlots.map { slots in
      var numbers = (0..<Int32(sizes.old)).shuffled(using: &random)
      numbers += Array(repeating: 0, count: sizes.slotCount - sizes.old)
      for (token, slot) in slots.enumerated() { numbers[Int(slot)] = Int32(sizes.old + token) }
      return numbers
    }
    keys = newSlots.map { _ in Array(repeating: [], count: sizes.slotCount) }
    values = keys
    pages = newSlots.map { _ in
      .allocate(byteCount: NewestPage.byteCount(headDimension: sizes.dimension), alignment: 2)
    }
    tokens = numbers.map { numbers in
      let copy = UnsafeMutablePointer<Int32>.allocate(capacity: numbers.count)
      for slot in numbers.indices { copy[slot] = numbers[slot] }
      return copy
    }
  }

  deinit {
    for page in pages { page.deallocate() }
    for column in tokens { column.deallocate() }
  }

  /// Notes the key and value of a slot's token, which half precision has exactly from now on.
  func record(_ head: Int, _ slot: Int, _ key: [Float], _ value: [Float]) {
    keys[head][slot] = key.map { Double(Float16($0)) }
    values[head][slot] = value.map { Double(Float16($0)) }
  }

  func key(_ head: Int, _ slot: Int) -> [Double] { keys[head][slot] }
  func value(_ head: Int, _ slot: Int) -> [Double] { values[head][slot] }

  /// Whether the chunk's token `token` attends to a slot by the newest page.
  func isNewest(_ head: Int, _ slot: Int, _ token: Int) -> Bool {
    Int(numbers[head][slot]) / 16 == (sizes.old + token) / 16
  }

  func page(_ head: Int, first: Int) -> NewestPage {
    NewestPage(page: pages[head], tokens: UnsafePointer(tokens[head]), first: sizes.old + first)
  }

  /// Makes the pages those before the chunk; what no token has is large.
  func reset() {
    for head in pages.indices {
      for lane in 0..<16 {
        let large = Array(repeating: 50000.0, count: sizes.dimension)
        (self[head, lane, true], self[head, lane, false]) = (large, large)
      }
      for slot in 0..<sizes.slotCount where isNewest(head, slot, 0) && numbers[head][slot] < sizes.old {
        let lane = Int(numbers[head][slot]) % 16
        (self[head, lane, true], self[head, lane, false]) = (keys[head][slot], values[head][slot])
      }
    }
  }

  /// Whether the pages hold all tokens of the chunk's last block.
  func holdsLastBlock() -> Bool {
    pages.indices.allSatisfy { head in
      (0..<sizes.slotCount).allSatisfy { slot in
        let lane = Int(numbers[head][slot]) % 16
        return !isNewest(head, slot, sizes.chunk - 1)
          || (self[head, lane, true] == keys[head][slot] && self[head, lane, false] == values[head][slot])
      }
    }
  }

  /// All that is in the pages.
  var allNumbers: [[Double]] {
    pages.indices.flatMap { head in
      (0..<16).flatMap { lane in [self[head, lane, true], self[head, lane, false]] }
    }
  }

  /// A key or value of a page.
  private subscript(head: Int, lane: Int, isKey: Bool) -> [Double] {
    get { stored(head, lane, isKey).numbers }
    set { stored(head, lane, isKey).set(newValue.map { Float($0) }) }
  }

  private func stored(_ head: Int, _ lane: Int, _ isKey: Bool) -> StoredNumbers {
    let half = KeyValueType.f16.halfPageBytes(headDimension: sizes.dimension)
    return StoredNumbers(
      page: pages[head] + (isKey ? 0 : half), lane: lane, dimension: sizes.dimension, type: .f16, isKey: isKey
    )
  }
}
