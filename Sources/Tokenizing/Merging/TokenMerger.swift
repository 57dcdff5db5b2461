/// Merges neighbouring tokens in the order of rank, of equal ranks the leftmost first.
///
/// Short words are searched anew for each merge; long ones go through a heap, so that the cost is O(n log n) and not O(n^2).
struct TokenMerger: Sendable {
  let pairs: PairTable

  /// Up to this many tokens searching anew is faster (measured on runs of letters: the curves cross near 150).
  private static let longestLinear = 128

  /// What one text's words share: buffers that would otherwise be allocated for each, and the words so far.
  struct Scratch {
    var tokens: [Int32] = []
    var words: RepeatedWords
    fileprivate var merges: [PairTable.Merge?] = []

    init(textBytes: Int) { words = RepeatedWords(textBytes: textBytes) }
  }

  /// Merges `scratch.tokens`, which must not be negative, in place.
  func merge(_ scratch: inout Scratch) {
    if scratch.tokens.count <= Self.longestLinear {
      mergeLinearly(&scratch.tokens, &scratch.merges)
    } else {
      mergeByHeap(&scratch.tokens)
    }
  }

  /// `merges[i]` is what tokens `i` and `i + 1` merge into.
  private func mergeLinearly(_ tokens: inout [Int32], _ merges: inout [PairTable.Merge?]) {
    merges.removeAll(keepingCapacity: true)
    for index in tokens.indices.dropLast() { merges.append(pairs.merge(tokens[index], tokens[index + 1])) }
    while let (index, merge) = first(of: merges) {
      tokens[index] = merge.token
      tokens.remove(at: index + 1)
      merges.remove(at: index)
      if index > 0 { merges[index - 1] = pairs.merge(tokens[index - 1], tokens[index]) }
      if index < merges.count { merges[index] = pairs.merge(tokens[index], tokens[index + 1]) }
    }
  }

  private func first(of merges: [PairTable.Merge?]) -> (Int, PairTable.Merge)? {
    var best: (index: Int, merge: PairTable.Merge)?
    for index in merges.indices {
      guard let merge = merges[index], merge.rank < best?.merge.rank ?? .max else { continue }
      best = (index, merge)
    }
    return best
  }

  /// The word as a linked list: a merge keeps the left place and unlinks the right one.
  private func mergeByHeap(_ tokens: inout [Int32]) {
    let end = tokens.count
    var next = Array(1...end)
    var previous = Array(-1..<(end - 1))
    var queue = MergeQueue()
    func offer(_ position: Int) {
      guard position >= 0, next[position] < end else { return }
      guard let merge = pairs.merge(tokens[position], tokens[next[position]]) else { return }
      queue.push(.init(rank: merge.rank, position: position))
    }
    for position in 0..<end { offer(position) }
    while let candidate = queue.pop() {
      let left = candidate.position
      let right = next[left]
      // An equal rank is enough: what stands there now was offered with it as well, and so is due now.
      guard tokens[left] >= 0, right < end, let merge = pairs.merge(tokens[left], tokens[right]),
        merge.rank == candidate.rank
      else { continue }
      tokens[left] = merge.token
      tokens[right] = -1
      next[left] = next[right]
      if next[left] < end { previous[next[left]] = left }
      offer(previous[left])
      offer(left)
    }
    tokens.removeAll { $0 < 0 }
  }
}
