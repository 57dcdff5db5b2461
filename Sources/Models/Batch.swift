package import Caching

/// What one forward pass computes: the new tokens of several sequences, each over its own cache.
package struct Batch {
  /// The new tokens of one sequence.
  package struct Entry {
    package let cache: SequenceCache
    package let firstRow: Int
    package let count: Int
    /// Rows of the logits after the entry's last tokens, as many as are wanted.
    package let logitsRows: Range<Int>
  }

  package private(set) var tokens: [Int32] = []
  package private(set) var entries: [Entry] = []
  package private(set) var logitsRows = 0
  /// Whether `Model.project` is to find the tokens' hidden rows after the pass.
  package private(set) var keepsHidden = false

  package init() {}

  /// Empties the batch but keeps its memory.
  package mutating func removeAll() {
    tokens.removeAll(keepingCapacity: true)
    entries.removeAll(keepingCapacity: true)
    logitsRows = 0
    keepsHidden = false
  }

  /// Asks for the hidden rows of all tokens, so that logits can be made of them later; returns the row of the next token.
  package mutating func keepHidden() -> Int {
    keepsHidden = true
    return tokens.count
  }

  /// Adds a sequence's new tokens, for which `cache` has been extended already.
  ///
  /// Returns the row of its logits, if wanted.
  @discardableResult
  package mutating func append(_ new: ArraySlice<Int32>, cache: SequenceCache, wantsLogits: Bool) -> Int? {
    append(new, cache: cache, logitsOfLast: wantsLogits ? 1 : 0).first
  }

  /// As above, with the logits after each of the last `count` tokens; returns their rows.
  package mutating func append(
    _ new: ArraySlice<Int32>, cache: SequenceCache, logitsOfLast count: Int
  ) -> Range<Int> {
    precondition((0...new.count).contains(count), "logits of \(count) of \(new.count) tokens")
    let rows = logitsRows..<logitsRows + count
    entries.append(Entry(cache: cache, firstRow: tokens.count, count: new.count, logitsRows: rows))
    tokens.append(contentsOf: new)
    logitsRows += count
    return rows
  }
}
