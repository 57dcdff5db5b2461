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

  /// One KV head of one chunk: what the kernels read, and its part of the scratch.
  @safe struct Head {
    var slots: kvota_slots
    var columns: KeyValueSlots
    var scratch: Int
  }

  /// A piece of work: a split of a decoded token, or a lane of a longer chunk.
  private struct Task {
    let chunk: Int
    let head: Int
    let part: Int
  }

  private let compute: Compute
  private let shape: AttentionShape
  private let rotary: RotaryEmbedding
  private let cosines: FloatRows
  private let sines: FloatRows
  private var chunks: [Chunk] = []
  private var chunkOfRow: [Int] = []
  private var heads: [Head] = []
  private var tasks: [Task] = []
  private var scratch = AlignedBuffer(byteCount: 0)

  /// Lanes of a longer chunk: fixed, so that column sums have one order whatever the number of threads.
  private static let lanes = 4

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
        let columns = slots(chunk, head)
        precondition(columns.newCount == chunks[chunk].count, "the cache was not extended by this chunk")
        // Safety: pointers are passed on; they are good until the cache's next append.
        let view = unsafe kvota_slots(
          keys: columns.keys.assumingMemoryBound(to: UInt8.self),
          values: columns.values.assumingMemoryBound(to: UInt8.self), pages: columns.pages,
          half_page_bytes: columns.halfPageBytes, slots: Int32(columns.slotCount),
          head_dim: Int32(shape.headDimension),
          new_slots: columns.newSlots, new_count: Int32(columns.newCount))
        unsafe heads.append(Head(slots: view, columns: columns, scratch: needed))
        needed += scratchFloats(slots: columns.slotCount) * (chunks[chunk].count == 1 ? 1 : Self.lanes)
      }
    }
    let bytes = needed * MemoryLayout<Float>.size
    if bytes > scratch.byteCount { scratch = AlignedBuffer(byteCount: bytes + bytes / 4) }
  }

  /// Floats for one call: the kernel's own, and two columns of statistics.
  private func scratchFloats(slots: Int) -> Int {
    kvota_attention_scratch(Int32(slots), Int32(shape.headDimension), Int32(shape.group)) + 2
      * columnFloats(slots)
  }

  private func columnFloats(_ slots: Int) -> Int { (slots + 15) / 16 * 16 }

  /// Rotates queries and keys of every row in place, scales queries by `log2(e) / sqrt(headDimension)` (attention takes powers of two), and stores keys and values in their slots.
  ///
  /// A row of `projections` holds queries, then keys at `keyOffset`, then values at `valueOffset`.
  package func rotateAndStore(_ projections: borrowing FloatRows, keyOffset: Int, valueOffset: Int) {
    let dimension = shape.headDimension
    precondition(valueOffset + shape.kvHeads * dimension <= projections.width, "shapes do not fit")
    // Safety: widths were checked above, rows by `begin`.
    unsafe compute.forRows(
      chunkOfRow.count,
      Storing(
        attention: self, base: projections.pointer(), width: projections.width, keyOffset: keyOffset,
        valueOffset: valueOffset, scale: Float(M_LOG2E / Double(dimension).squareRoot())))
  }

  /// `rotateAndStore` for one row; it writes that row and its token's slots only.
  fileprivate func rotateAndStore(
    row: Int, _ token: UnsafeMutablePointer<Float>, keyOffset: Int, valueOffset: Int, scale: Float
  ) {
    let (dimension, chunk) = (shape.headDimension, chunkOfRow[row])
    for head in 0..<shape.queryHeads { unsafe rotate(token + head * dimension, row: row, scale: scale) }
    for head in 0..<shape.kvHeads {
      let key = unsafe token + keyOffset + head * dimension
      unsafe rotate(key, row: row, scale: 1)
      unsafe withHead(chunk, head) { target in
        let slot = unsafe target.pointee.slots.new_slots[row - chunks[chunk].firstRow]
        unsafe withUnsafePointer(to: target.pointee.slots) { slots in
          unsafe compute.table.pointee.store(slots, slot, key, token + valueOffset + head * dimension)
        }
      }
    }
  }

  private func rotate(_ head: UnsafeMutablePointer<Float>, row: Int, scale: Float) {
    unsafe compute.table.pointee.rope(
      head, Int32(rotary.dimensions), Int32(shape.headDimension), cosines.pointer(row), sines.pointer(row),
      rotary.pairsHalves ? 1 : 0, scale)
  }

  /// Attends every row over its cache: `out[row] = [queryHeads, headDimension]`, quantized too if `out` is, and adds to the statistics.
  package func attend(_ projections: borrowing FloatRows, into out: borrowing Activations) {
    let width = shape.queryHeads * shape.headDimension
    precondition(out.floats.width == width && chunkOfRow.count <= out.floats.capacity, "shapes do not fit")
    let target = unsafe out.floats.pointer()
    planTasks()
    // Safety: each task writes its own part of the scratch, and its own rows and heads of the output.
    unsafe compute.pool.run(
      tasks: tasks.count,
      Attending(attention: self, queries: projections.pointer(), stride: projections.width, out: target))
    unsafe compute.pool.run(tasks: chunks.count, Finishing(attention: self, out: target))
    guard out.isQuantized else { return }
    unsafe compute.forRows(
      chunkOfRow.count, Quantization(table: compute.table, source: target, width: width, tiles: out.tileBase))
  }

  /// One task of the plan.
  fileprivate func attend(
    _ index: Int, queries: UnsafeMutablePointer<Float>, stride: Int, out: UnsafeMutablePointer<Float>
  ) {
    let task = tasks[index]
    if chunks[task.chunk].count == 1 {
      unsafe attendSplit(task, queries: queries, stride: stride)
    } else {
      unsafe attendLane(task, queries: queries, stride: stride, out: out)
    }
  }

  private func planTasks() {
    tasks.removeAll(keepingCapacity: true)
    for (index, chunk) in chunks.enumerated() {
      for head in 0..<shape.kvHeads {
        let slots = unsafe Int(heads[index * shape.kvHeads + head].slots.slots)
        let parts = chunk.count == 1 ? (slots + KVOTA_SPLIT - 1) / KVOTA_SPLIT : Self.lanes
        for part in 0..<parts { tasks.append(Task(chunk: index, head: head, part: part)) }
      }
    }
  }

  private func withHead(_ chunk: Int, _ head: Int, _ body: (UnsafePointer<Head>) -> Void) {
    // Safety: the array does not change while tasks run.
    unsafe heads.withUnsafeBufferPointer { all in
      guard let base = all.baseAddress else { return }
      unsafe body(base + chunk * shape.kvHeads + head)
    }
  }

  /// Floats from a row's start to the first query head of a KV head.
  private func queryOffset(_ head: Int) -> Int { head * shape.group * shape.headDimension }

  private func attendSplit(_ task: Task, queries: UnsafeMutablePointer<Float>, stride: Int) {
    unsafe withHead(task.chunk, task.head) { head in
      let row = unsafe queries + chunks[task.chunk].firstRow * stride + queryOffset(task.head)
      unsafe withUnsafePointer(to: head.pointee.slots) { slots in
        unsafe compute.table.pointee.attend_split(
          slots, row, Int32(shape.group), Int32(task.part), scratch.pointer() + head.pointee.scratch)
      }
    }
  }

  private func attendLane(
    _ task: Task, queries: UnsafeMutablePointer<Float>, stride: Int, out: UnsafeMutablePointer<Float>
  ) {
    unsafe withHead(task.chunk, task.head) { head in
      let (firstRow, width) = (chunks[task.chunk].firstRow, shape.queryHeads * shape.headDimension)
      let columns = unsafe head.pointee.columns
      let (sums, squares) = unsafe laneColumns(head, lane: task.part)
      if columns.counts {
        unsafe memset(sums, 0, 2 * columnFloats(columns.slotCount) * MemoryLayout<Float>.size)
      }
      let lane = unsafe squares + columnFloats(columns.slotCount)
      unsafe withUnsafePointer(to: head.pointee.slots) { slots in
        unsafe compute.table.pointee.attend_tiles(
          slots, queries + firstRow * stride + queryOffset(task.head), stride, Int32(shape.group),
          Int32(task.part),
          Int32(Self.lanes), lane, out + firstRow * width + queryOffset(task.head), width,
          columns.sums == nil ? nil : sums, columns.squares == nil ? nil : squares, columns.last)
      }
    }
  }

  /// A lane's own columns, at the start of its scratch.
  private func laneColumns(
    _ head: UnsafePointer<Head>, lane: Int
  ) -> (sums: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Float>) {
    let slots = unsafe head.pointee.columns.slotCount
    let start = unsafe scratch.pointer(Float.self) + head.pointee.scratch + lane * scratchFloats(slots: slots)
    return unsafe (start, start + columnFloats(slots))
  }

  /// Joins a decoded token's splits, or adds up a longer chunk's columns, for all heads.
  fileprivate func finish(chunk: Int, out: UnsafeMutablePointer<Float>) {
    for head in 0..<shape.kvHeads { unsafe finish(chunk: chunk, head: head, out: out) }
  }

  private func finish(chunk: Int, head: Int, out: UnsafeMutablePointer<Float>) {
    unsafe withHead(chunk, head) { entry in
      let columns = unsafe entry.pointee.columns
      guard chunks[chunk].count > 1 else {
        let target =
          unsafe out + chunks[chunk].firstRow * shape.queryHeads * shape.headDimension + queryOffset(head)
        unsafe withUnsafePointer(to: entry.pointee.slots) { slots in
          unsafe compute.table.pointee.attend_finish(
            slots, Int32(shape.group), scratch.pointer() + entry.pointee.scratch, target, columns.sums,
            columns.squares, columns.last)
        }
        return
      }
      for lane in 0..<Self.lanes {
        let (sums, squares) = unsafe laneColumns(entry, lane: lane)
        if let total = unsafe columns.sums {
          unsafe compute.table.pointee.add(total, sums, Int32(columns.slotCount))
        }
        if let total = unsafe columns.squares {
          unsafe compute.table.pointee.add(total, squares, Int32(columns.slotCount))
        }
      }
    }
  }
}

/// Rotating and storing of a row.
@safe private struct Storing: ParallelWork {
  let attention: Attention
  let base: UnsafeMutablePointer<Float>
  let width: Int
  let keyOffset: Int
  let valueOffset: Int
  let scale: Float

  func perform(_ row: Int) {
    // Safety: checked by `Attention.rotateAndStore`.
    unsafe attention.rotateAndStore(
      row: row, base + row * width, keyOffset: keyOffset, valueOffset: valueOffset, scale: scale)
  }
}

/// A split of a decoded token, or a lane of a longer chunk.
@safe private struct Attending: ParallelWork {
  let attention: Attention
  let queries: UnsafeMutablePointer<Float>
  let stride: Int
  let out: UnsafeMutablePointer<Float>

  // Safety: checked by `Attention.attend`.
  func perform(_ task: Int) { unsafe attention.attend(task, queries: queries, stride: stride, out: out) }
}

/// The end of a chunk's attention.
@safe private struct Finishing: ParallelWork {
  let attention: Attention
  let out: UnsafeMutablePointer<Float>

  // Safety: checked by `Attention.attend`.
  func perform(_ chunk: Int) { unsafe attention.finish(chunk: chunk, out: out) }
}

extension KeyValueSlots {
  /// Whether this chunk's attention is added to any column.
  var counts: Bool { unsafe sums != nil || squares != nil || last != nil }
}
