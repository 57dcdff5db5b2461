/// The keys and values of 16 tokens in all heads, kept for sequences that begin with the same tokens.
///
/// A node of a `PrefixTree`: the tokens on the way from the root to it are those that the block comes after.
final class PrefixBlock {
  /// Its own 16 tokens; none in a root.
  let tokens: [Int32]
  /// A page for every head, layer by layer.
  let pages: [UInt32]
  let depth: Int
  private(set) weak var parent: PrefixBlock?
  private(set) var children: [[Int32]: PrefixBlock] = [:]
  /// Caches that read its pages now.
  var readers = 0
  /// When it was last used; a parent is never older than its children.
  var lastUse: UInt64 = 0

  /// A root.
  init() { (tokens, pages, depth) = ([], [], 0) }

  private init(_ tokens: [Int32], _ pages: [UInt32], after parent: PrefixBlock) {
    (self.tokens, self.pages, self.parent, depth) = (tokens, pages, parent, parent.depth + 1)
  }

  func child(_ tokens: ArraySlice<Int32>) -> PrefixBlock? { children[Array(tokens)] }

  func add(_ tokens: ArraySlice<Int32>, pages: [UInt32]) -> PrefixBlock {
    let child = PrefixBlock(Array(tokens), pages, after: self)
    children[child.tokens] = child
    return child
  }

  /// Leaves the tree; it must have no children any more.
  func remove() {
    precondition(children.isEmpty && readers == 0, "a leaf that nobody reads")
    parent?.children[tokens] = nil
  }
}
