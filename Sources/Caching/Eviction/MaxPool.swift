/// The largest of each slot's own and its neighbours' numbers, which spreads worth to what stands beside it.
///
/// Li et al., arXiv 2404.14469 (SnapKV), section 4.
enum MaxPool {
  /// Replaces every number by the largest among the `width` around it in `order`, fewer at the ends.
  ///
  /// O(n * width). `order` lists all indices of `numbers`, `spare` has room for as many keys.
  static func apply(
    to numbers: inout MutableSpan<Float>, order: [Int32], width: Int, spare: inout MutableSpan<RankKey>
  ) {
    guard width > 1 else { return }
    let order = order.span
    let reach = width / 2
    // The keys serve as plain storage for the pooled numbers: nothing is allocated.
    for rank in 0..<numbers.count {
      var largest = -Float.infinity
      for neighbour in max(0, rank - reach)...min(numbers.count - 1, rank + reach) {
        largest = max(largest, numbers[Int(order[neighbour])])
      }
      spare[rank] = RankKey(largest, position: 0)
    }
    for rank in 0..<numbers.count { numbers[Int(order[rank])] = spare[rank].number }
  }
}
