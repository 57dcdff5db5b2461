/// A vocabulary as a tree of bytes, in the order of a walk: what begins alike is tried once.
///
/// Made once for a model; O(bytes of all tokens x log tokens).
package struct TokenTrie: Sendable {
  /// Rows of logits; tokens beyond those in the tree are never admitted.
  package let vocabularySize: Int
  /// Tokens that end a text, where it may end.
  package let endTokens: [Int32]

  /// Of each node in the order of a walk: its byte, how deep it lies (the first byte's depth is 0), and the node after all below it.
  let bytes: [UInt8]
  let depths: [UInt16]
  let ends: [Int32]
  /// Of each node, what the tokens are that come to it or lead on from it.
  let parts: [CharacterKinds]
  /// What each token is.
  let tokens: [CharacterKinds]
  /// The node above each; -1 for first bytes.
  private let parents: [Int32]
  /// The tokens of node `n` are `order[firstTokens[n] ..< firstTokens[n + 1]]`.
  let firstTokens: [Int32]
  let order: [Int32]
  /// The node of each token; -1 for those that are not in the tree.
  private let nodes: [Int32]
  let greatestDepth: Int

  /// Longer tokens than this are never admitted.
  private static let lengthLimit = 1 << 12

  /// A tree of the tokens whose bytes `bytes` gives; those without bytes are left out.
  package init(vocabularySize: Int, endTokens: [Int32], bytes text: (Int32) -> ArraySlice<UInt8>) {
    self.vocabularySize = vocabularySize
    self.endTokens = endTokens
    var tokens: [(text: ArraySlice<UInt8>, id: Int32)] = []
    for id in 0..<Int32(vocabularySize) {
      let text = text(id)
      if !text.isEmpty && text.count <= Self.lengthLimit { tokens.append((text, id)) }
    }
    tokens.sort { $0.text.lexicographicallyPrecedes($1.text) }
    var builder = Builder()
    for token in tokens { builder.add(token.text, token.id) }
    builder.close(to: 0)
    var nodes = [Int32](repeating: -1, count: vocabularySize)
    for node in builder.bytes.indices {
      for index in builder.firstTokens[node]..<builder.firstTokens[node + 1] {
        nodes[Int(builder.order[Int(index)])] = Int32(node)
      }
    }
    (bytes, depths, ends, firstTokens) = (builder.bytes, builder.depths, builder.ends, builder.firstTokens)
    (parents, order) = (builder.parents, builder.order)
    self.nodes = nodes
    let kinds = CharacterKinds.all(bytes: builder.bytes, parents: builder.parents)
    parts = kinds.parts
    self.tokens = nodes.map { $0 < 0 ? .none : kinds.ways[Int($0)] }
    greatestDepth = Int(depths.max() ?? 0)
  }

  /// A token's bytes; nil for one that is not in the tree.
  func bytes(of token: Int32) -> [UInt8]? {
    guard nodes.indices.contains(Int(token)), nodes[Int(token)] >= 0 else { return nil }
    var node = nodes[Int(token)]
    var text: [UInt8] = []
    while node >= 0 {
      text.append(bytes[Int(node)])
      node = parents[Int(node)]
    }
    return text.reversed()
  }

  /// Nodes as they are met in sorted texts.
  private struct Builder {
    var bytes: [UInt8] = []
    var depths: [UInt16] = []
    var ends: [Int32] = []
    var parents: [Int32] = []
    var firstTokens: [Int32] = [0]
    var order: [Int32] = []
    /// The nodes on the way to the last one.
    private var path: [Int] = []

    mutating func add(_ text: ArraySlice<UInt8>, _ id: Int32) {
      var common = 0
      for byte in text {
        guard common < path.count, bytes[path[common]] == byte else { break }
        common += 1
      }
      if common < path.count { close(to: common) }
      for byte in text.dropFirst(common) {
        depths.append(UInt16(path.count))
        parents.append(path.last.map(Int32.init) ?? -1)
        path.append(bytes.count)
        bytes.append(byte)
        ends.append(0)
        firstTokens.append(Int32(order.count))
      }
      order.append(id)
      firstTokens[firstTokens.count - 1] = Int32(order.count)
    }

    mutating func close(to depth: Int) {
      while path.count > depth { ends[path.removeLast()] = Int32(bytes.count) }
    }
  }
}
