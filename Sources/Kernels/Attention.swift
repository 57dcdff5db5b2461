import CKernels
import Glibc

/// The sizes of a model's attention.
package struct AttentionShape: Sendable, Equatable {
  package let queryHeads: Int
  package let kvHeads: Int
  /// Values in a head: a multiple of 16.
  package let headDimension: Int

  package init(queryHeads: Int, kvHeads: Int, headDimension: Int) {
    precondition(kvHeads > 0 && queryHeads % kvHeads == 0, "query heads must share KV heads evenly")
    precondition(headDimension % 16 == 0, "the head dimension must be a multiple of 16")
    precondition(queryHeads / kvHeads <= KVOTA_MAX_GROUP, "too many query heads share a KV head")
    self.queryHeads = queryHeads
    self.kvHeads = kvHeads
    self.headDimension = headDimension
  }

  /// Query heads that share one KV head.
  package var group: Int { queryHeads / kvHeads }
}

/// Grouped-query attention of a step's chunks over their own caches.
///
/// A decoded token's slots are attended in fixed splits, a longer chunk in tiles of queries; both sum in the same order, so a token's
/// output is the same either way. Lives on the engine's thread.
@safe package final class Attention {
  /// The rows of a step that belong to one sequence.
  package struct Chunk {
    package let firstRow: Int
    package let count: Int
    /// Original position of the first of them.
    package let firstPosition: Int

    package init(firstRow: Int, count: Int, firstPosition: Int) {
      self.firstRow = firstRow
      self.count = count
      self.firstPosition = firstPosition
    }
  }

  private let compute: Compute
  private let shape: AttentionShape
  private let rotary: RotaryEmbedding
  private let cosines: FloatRows
  private let sines: FloatRows
  private var chunks: [Chunk] = []
  private var chunkOfRow: [Int] = []
  private var heads: [AttentionStep.Head] = []
  private var tasks: [AttentionStep.Task] = []
  private var scratch = AlignedBuffer(byteCount: 0)

  /// `capacity` is the most rows of a step.
  package init(compute: Compute, shape: AttentionShape, rotary: RotaryEmbedding, capacity: Int) {
    self.compute = compute
    self.shape = shape
    self.rotary = rotary
    cosines = FloatRows(capacity: capacity, width: max(rotary.frequencies.count, 1))
    sines = FloatRows(capacity: capacity, width: max(rotary.frequencies.count, 1))
    chunkOfRow.reserveCapacity(capacity)
  }

  /// Starts a step: takes its `count` chunks and prepares the rotations of all their positions.
  package func begin(_ count: Int, _ chunk: (Int) -> Chunk) {
    chunks.removeAll(keepingCapacity: true)
    chunkOfRow.removeAll(keepingCapacity: true)
    for index in 0..<count {
      let chunk = chunk(index)
      chunks.append(chunk)
      precondition(chunk.firstRow == chunkOfRow.count, "chunks must follow each other")
      for offset in 0..<chunk.count {
        prepareRotation(row: chunk.firstRow + offset, position: chunk.firstPosition + offset)
        chunkOfRow.append(index)
      }
    }
  }

  private func prepareRotation(row: Int, position: Int) {
    // Safety: the row was checked by `pointer`, the pairs are the rows' width.
    let (cosine, sine) = unsafe (cosines.pointer(row), sines.pointer(row))
    for pair in rotary.frequencies.indices {
      let angle = Double(position) * rotary.frequencies[pair]
      unsafe cosine[pair] = Float(cos(angle))
      unsafe sine[pair] = Float(sin(angle))
    }
  }

  /// Sets a layer's slots: `slots(chunk, kvHead)` for each.
  package func setLayer(_ slots: (Int, Int) -> KeyValueSlots) {
    heads.removeAll(keepingCapacity: true)
    var needed = 0
    for chunk in chunks.indices {
      for head in 0..<shape.kvHeads {
        let slots = slots(chunk, head)
        precondition(slots.newCount == chunks[chunk].count, "the cache was not extended by this chunk")
        // Safety: pointers are passed on; they are good until the cache's next append.
        let view = unsafe kvota_slots(
          keys: slots.keys.assumingMemoryBound(to: UInt8.self),
          values: slots.values.assumingMemoryBound(to: UInt8.self), pages: slots.pages,
          half_page_bytes: slots.halfPageBytes, slots: Int32(slots.slotCount),
          head_dim: Int32(shape.headDimension),
          new_slots: slots.newSlots, new_count: Int32(slots.newCount))
        unsafe heads.append(
          AttentionStep.Head(slots: view, slotCount: slots.slotCount, columns: slots.columns, scratch: needed)
        )
        needed +=
          AttentionStep.scratchFloats(shape, slots: slots.slotCount)
          * (chunks[chunk].count == 1 ? 1 : AttentionStep.lanes)
      }
    }
    let bytes = needed * MemoryLayout<Float>.size
    if bytes > scratch.byteCount { scratch = AlignedBuffer(byteCount: bytes + bytes / 4) }
  }

  /// Rotates queries and keys of every row in place, scales queries by `log2(e) / sqrt(headDimension)` (attention takes powers of two),
  /// and stores keys and values in their slots.
  ///
  /// A row of `projections` holds queries, then keys at `keyOffset`, then values at `valueOffset`.
  package func rotateAndStore(_ projections: borrowing FloatRows, keyOffset: Int, valueOffset: Int) {
    let dimension = shape.headDimension
    precondition(valueOffset + shape.kvHeads * dimension <= projections.width, "shapes do not fit")
    // Safety: widths were checked above, rows by `begin`.
    let base = unsafe projections.pointer()
    let width = projections.width
    withStep { step in
      unsafe compute.forRows(
        chunkOfRow.count,
        Storing(
          step: step, base: base, width: width, keyOffset: keyOffset, valueOffset: valueOffset,
          scale: Float(M_LOG2E / Double(dimension).squareRoot())))
    }
  }

  /// Attends every row over its cache: `out[row] = [queryHeads, headDimension]`, quantized too if `out` is, and adds to the statistics.
  package func attend(_ projections: borrowing FloatRows, into out: borrowing Activations) {
    let width = shape.queryHeads * shape.headDimension
    precondition(out.floats.width == width && chunkOfRow.count <= out.floats.capacity, "shapes do not fit")
    let target = unsafe out.floats.pointer()
    let queries = unsafe projections.pointer()
    let stride = projections.width
    planTasks()
    // Safety: each task writes its own part of the scratch, and its own rows and heads of the output.
    withStep { step in
      unsafe compute.pool.run(
        tasks: tasks.count, Attending(step: step, queries: queries, stride: stride, out: target))
      unsafe compute.pool.run(tasks: heads.count, Finishing(step: step, out: target))
    }
    guard out.isQuantized else { return }
    unsafe compute.forRows(
      chunkOfRow.count, Quantization(table: compute.table, source: target, width: width, tiles: out.tileBase))
  }

  /// Lends what tasks need as plain pointers, so that they do no reference counting.
  private func withStep(_ body: (AttentionStep) -> Void) {
    // Safety: nothing changes the arrays before `body` returns.
    unsafe chunks.withUnsafeBufferPointer { chunks in
      unsafe chunkOfRow.withUnsafeBufferPointer { chunkOfRow in
        unsafe heads.withUnsafeBufferPointer { heads in
          unsafe tasks.withUnsafeBufferPointer { tasks in
            unsafe body(
              AttentionStep(
                table: compute.table, shape: shape, rotated: rotary.dimensions,
                pairsHalves: rotary.pairsHalves, cosines: cosines.pointer(), sines: sines.pointer(),
                pairs: cosines.width, chunks: chunks, chunkOfRow: chunkOfRow, heads: heads, tasks: tasks,
                scratch: scratch.pointer()))
          }
        }
      }
    }
  }

  /// Shares out the splits of decoded tokens, several to a task where there are many, and the lanes of longer chunks.
  private func planTasks() {
    tasks.removeAll(keepingCapacity: true)
    var splits = 0
    for index in heads.indices where chunks[index / shape.kvHeads].count == 1 { splits += splitCount(index) }
    let perTask = max(1, splits / (compute.pool.threadCount * Self.tasksPerThread))
    for index in heads.indices {
      let (chunk, head) = (index / shape.kvHeads, index % shape.kvHeads)
      let isDecoded = chunks[chunk].count == 1
      let (parts, step) = isDecoded ? (splitCount(index), perTask) : (AttentionStep.lanes, 1)
      for first in stride(from: 0, to: parts, by: step) {
        tasks.append(
          AttentionStep.Task(chunk: chunk, head: head, parts: first..<min(first + step, parts)))
      }
    }
  }

  /// Enough for threads to end at about the same time; each costs a claim that they contend for.
  private static let tasksPerThread = 8

  /// Splits of the slots of one chunk's KV head.
  private func splitCount(_ index: Int) -> Int {
    let slots = unsafe Int(heads[index].slots.slots)
    return (slots + KVOTA_SPLIT - 1) / KVOTA_SPLIT
  }
}
