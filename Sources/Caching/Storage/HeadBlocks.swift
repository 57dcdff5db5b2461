import Kernels

/// The blocks of all heads of a cache, one after the other.
@safe struct HeadBlocks: ~Copyable {
  private let buffer: AlignedBuffer
  let layout: ColumnLayout
  let count: Int

  /// Zeroed blocks.
  init(count: Int, layout: ColumnLayout) {
    buffer = AlignedBuffer(byteCount: count * layout.headBytes)
    self.layout = layout
    self.count = count
  }

  var byteCount: Int { buffer.byteCount }

  /// The block of a head, the heads being numbered layer by layer; good as long as these blocks.
  subscript(_ index: Int) -> HeadColumns {
    precondition(index >= 0 && index < count, "a head of the model")
    // Safety: `index` is below the number of heads, for each of which there is a block.
    return unsafe HeadColumns(block: buffer.base + index * layout.headBytes, layout: layout)
  }
}
