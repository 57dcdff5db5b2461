import Kernels

/// The blocks of all heads of a cache, one after the other.
@safe struct HeadBlocks: ~Copyable {
  private let buffer: AlignedBuffer
  private let layouts: [ColumnLayout]
  /// Where each layer's blocks begin.
  private let starts: [Int]
  private let kvHeads: Int

  /// Zeroed blocks, `kvHeads` for each layer's layout.
  init(_ layouts: [ColumnLayout], kvHeads: Int) {
    var (starts, end) = ([Int](), 0)
    for layout in layouts {
      starts.append(end)
      end += kvHeads * layout.headBytes
    }
    buffer = AlignedBuffer(byteCount: end)
    (self.layouts, self.starts, self.kvHeads) = (layouts, starts, kvHeads)
  }

  var byteCount: Int { buffer.byteCount }

  /// The block of a head, the heads being numbered layer by layer; good as long as these blocks.
  subscript(_ index: Int) -> HeadColumns {
    precondition(index >= 0 && index < layouts.count * kvHeads, "a head of the model")
    let (layer, head) = index.quotientAndRemainder(dividingBy: kvHeads)
    let layout = layouts[layer]
    // Safety: `index` is below the number of heads, for each of which there is a block.
    return unsafe HeadColumns(block: buffer.base + starts[layer] + head * layout.headBytes, layout: layout)
  }
}
