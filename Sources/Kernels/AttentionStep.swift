import CKernels
import Glibc
import Synchronization

/// One step's attention as its tasks see it: plain pointers and sizes that `Attention` has checked and keeps alive meanwhile.
@safe struct AttentionStep {
  /// One KV head of one chunk: what the kernels read, and its part of the scratch.
  @safe struct Head {
    var slots: kvota_slots
    let slotCount: Int
    let columns: SlotColumns
    let scratch: Int
    /// Floats from the scratch's start to its `TurnedKeys`; nil if keys are read in place.
    let turnedKeys: Int?
    /// Floats from the scratch's start to the newest pages of the chunk's later blocks; nil if newest tokens have no page.
    let newestScratch: Int?
  }

  /// A piece of work: some splits of a decoded token, or one lane of a longer chunk.
  struct Task {
    let chunk: Int
    let head: Int
    let parts: Range<Int>
  }

  let table: UnsafePointer<kvota_isa>
  let shape: AttentionShape
  /// Dimensions of a head that are rotated.
  let rotated: Int
  let pairsHalves: Bool
  /// Of every row, `[rows, pairs]`.
  let cosines: UnsafeMutablePointer<Float>
  let sines: UnsafeMutablePointer<Float>
  let pairs: Int
  /// Of every position that a key may have.
  let rotations: UnsafePointer<Float>
  let chunks: UnsafeBufferPointer<Attention.Chunk>
  let chunkOfRow: UnsafeBufferPointer<Int>
  /// Of every chunk, `[chunks, kvHeads]`.
  let heads: UnsafeBufferPointer<Head>
  let tasks: UnsafeBufferPointer<Task>
  /// Splits of longer chunks whose keys are to be turned first.
  let turning: UnsafeBufferPointer<Task>
  /// Tasks of each chunk's KV heads that are not done, `[chunks, kvHeads]`.
  let unfinished: UnsafeMutablePointer<Atomic<Int>>
  let scratch: UnsafeMutablePointer<Float>

  /// Lanes of a longer chunk: fixed, so that column sums have one order whatever the number of threads.
  static let lanes = 4

  /// Floats for one call: the kernel's own, and two columns of statistics.
  static func scratchFloats(_ shape: AttentionShape, slots: Int) -> Int {
    kvota_attention_scratch(Int32(slots), Int32(shape.headDimension), Int32(shape.group)) + 2
      * columnFloats(slots)
  }

  private static func columnFloats(_ slots: Int) -> Int { (slots + 15) / 16 * 16 }

  /// Floats from a row's start to the first query head of a KV head.
  private func queryOffset(_ head: Int) -> Int { head * shape.group * shape.headDimension }

  private func withHead(_ chunk: Int, _ head: Int, _ body: (UnsafePointer<Head>) -> Void) {
    guard let base = unsafe heads.baseAddress else { return }
    unsafe body(base + chunk * shape.kvHeads + head)
  }

  /// Rotates and stores one row; it writes that row and its token's slots only.
  func rotateAndStore(
    row: Int, _ token: UnsafeMutablePointer<Float>, keyOffset: Int, valueOffset: Int, scale: Float
  ) {
    let dimension = shape.headDimension
    let chunk = unsafe chunkOfRow[row]
    for head in 0..<shape.queryHeads { unsafe rotate(token + head * dimension, row: row, scale: scale) }
    for head in 0..<shape.kvHeads {
      let key = unsafe token + keyOffset + head * dimension
      unsafe withHead(chunk, head) { target in
        if unsafe target.pointee.columns.keyPositions == nil { unsafe rotate(key, row: row, scale: 1) }
        let index = unsafe row - chunks[chunk].firstRow
        let slot = unsafe target.pointee.slots.new_slots[index]
        let value = unsafe token + valueOffset + head * dimension
        unsafe withUnsafePointer(to: target.pointee.slots) { slots in
          unsafe table.pointee.store(slots, slot, key, value)
          if unsafe target.pointee.newestScratch != nil {
            unsafe table.pointee.store_newest(slots, Int32(index), key, value)
          }
          guard let norms = unsafe target.pointee.columns.valueNorms else { return }
          unsafe norms[Int(slot)] = table.pointee.value_norm(slots, slot)
        }
      }
    }
  }

  private func rotate(_ head: UnsafeMutablePointer<Float>, row: Int, scale: Float) {
    unsafe table.pointee.rope(
      head, Int32(rotated), Int32(shape.headDimension), cosines + row * pairs, sines + row * pairs,
      pairsHalves ? 1 : 0, scale)
  }

  /// Adds the queries of one chunk's KV head, token after token, to its moments.
  func addMoments(chunk: Int, head: Int, queries: UnsafePointer<Float>, stride: Int) {
    unsafe withHead(chunk, head) { target in
      guard let moments = unsafe target.pointee.columns.queryMoments else { return }
      let chunk = unsafe chunks[chunk]
      let skipped = unsafe min(target.pointee.columns.firstMoment, chunk.count)
      for row in chunk.firstRow + skipped..<chunk.firstRow + chunk.count {
        unsafe table.pointee.add_moments(
          queries + row * stride + queryOffset(head), Int32(shape.group * shape.headDimension), moments)
      }
    }
  }

  /// A KV head's slots as attention reads them.
  private func slotsRead(_ head: UnsafePointer<Head>) -> kvota_slots {
    let slots = unsafe head.pointee.slots
    guard let start = unsafe head.pointee.turnedKeys else { return unsafe slots }
    return unsafe TurnedKeys(at: scratch + start, slots: head.pointee.slotCount).replacingKeys(of: slots)
  }

  /// Turns the keys of one split of a longer chunk, whose lanes all read it.
  func turnKeys(_ index: Int) {
    let task = unsafe turning[index]
    unsafe withHead(task.chunk, task.head) { head in
      for split in task.parts { unsafe turnKeys(head, split: split) }
    }
  }

  /// Turns the keys of one split to their slots' positions, if they are not read in place.
  private func turnKeys(_ head: UnsafePointer<Head>, split: Int) {
    guard let start = unsafe head.pointee.turnedKeys,
      let positions = unsafe head.pointee.columns.keyPositions
    else { return }
    let slotCount = unsafe head.pointee.slotCount
    let range = split * KVOTA_SPLIT..<min((split + 1) * KVOTA_SPLIT, slotCount)
    unsafe withUnsafePointer(to: head.pointee.slots) { slots in
      unsafe TurnedKeys(at: scratch + start, slots: slotCount).make(
        range, of: slots, positions: positions, by: self)
    }
  }

  /// One task of the plan; whoever does the last of a KV head finishes it, so that not all threads have to meet for that.
  func attend(
    _ index: Int, queries: UnsafeMutablePointer<Float>, stride: Int, out: UnsafeMutablePointer<Float>
  ) {
    let task = unsafe tasks[index]
    if unsafe chunks[task.chunk].count == 1 {
      unsafe attendSplits(task, queries: queries, stride: stride)
    } else {
      unsafe attendLane(task, queries: queries, stride: stride, out: out)
    }
    let left = unsafe (unfinished + task.chunk * shape.kvHeads + task.head).pointee.wrappingSubtract(
      1, ordering: .acquiringAndReleasing
    ).newValue
    if left == 0 { unsafe finish(chunk: task.chunk, head: task.head, out: out) }
  }

  private func attendSplits(_ task: Task, queries: UnsafeMutablePointer<Float>, stride: Int) {
    unsafe withHead(task.chunk, task.head) { head in
      let row = unsafe queries + chunks[task.chunk].firstRow * stride + queryOffset(task.head)
      unsafe withUnsafePointer(to: slotsRead(head)) { slots in
        for split in task.parts {
          // Nobody else reads this split's keys: a pass of its own would be one more for all threads to meet at.
          unsafe turnKeys(head, split: split)
          unsafe table.pointee.attend_split(
            slots, row, Int32(shape.group), Int32(split), head.pointee.columns.countsAttention,
            scratch + head.pointee.scratch)
        }
      }
    }
  }

  private func attendLane(
    _ task: Task, queries: UnsafeMutablePointer<Float>, stride: Int, out: UnsafeMutablePointer<Float>
  ) {
    unsafe withHead(task.chunk, task.head) { head in
      let firstRow = unsafe chunks[task.chunk].firstRow
      let width = shape.queryHeads * shape.headDimension
      let columns = unsafe head.pointee.columns
      let (sums, squares) = unsafe laneColumns(head, lane: task.parts.lowerBound)
      var counted = unsafe kvota_columns(columns)
      if columns.countsAttention {
        unsafe memset(sums, 0, 2 * Self.columnFloats(head.pointee.slotCount) * MemoryLayout<Float>.size)
        unsafe counted.sums = columns.sums == nil ? nil : sums
        unsafe counted.squares = columns.squares == nil ? nil : squares
      }
      let lane = unsafe squares + Self.columnFloats(head.pointee.slotCount)
      unsafe withUnsafePointer(to: slotsRead(head)) { slots in
        unsafe table.pointee.attend_tiles(
          slots, queries + firstRow * stride + queryOffset(task.head), stride, Int32(shape.group),
          Int32(task.parts.lowerBound), Int32(Self.lanes), lane,
          out + firstRow * width + queryOffset(task.head), width, &counted)
      }
    }
  }

  /// Makes the page of the chunk's last block the newest, once nobody reads the earlier one any more.
  private func keepNewest(_ head: UnsafePointer<Head>) {
    let newest = unsafe head.pointee.slots.newest
    let (count, bytes) = unsafe head.pointee.slots.laterPages
    if count > 0 { unsafe memcpy(newest.page, newest.later + (count - 1) * bytes, bytes) }
  }

  /// A lane's own columns, at the start of its scratch.
  private func laneColumns(
    _ head: UnsafePointer<Head>, lane: Int
  ) -> (sums: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Float>) {
    let slots = unsafe head.pointee.slotCount
    let start = unsafe scratch + head.pointee.scratch + lane * Self.scratchFloats(shape, slots: slots)
    return unsafe (start, start + Self.columnFloats(slots))
  }

  /// Joins a decoded token's splits, or adds up a longer chunk's columns, of one KV head.
  private func finish(chunk: Int, head: Int, out: UnsafeMutablePointer<Float>) {
    unsafe withHead(chunk, head) { entry in
      unsafe keepNewest(entry)
      let columns = unsafe entry.pointee.columns
      guard unsafe chunks[chunk].count > 1 else {
        let target =
          unsafe out + chunks[chunk].firstRow * shape.queryHeads * shape.headDimension + queryOffset(head)
        var counted = unsafe kvota_columns(columns)
        unsafe withUnsafePointer(to: entry.pointee.slots) { slots in
          unsafe table.pointee.attend_finish(
            slots, Int32(shape.group), scratch + entry.pointee.scratch, target, &counted)
        }
        return
      }
      for lane in 0..<Self.lanes {
        let (sums, squares) = unsafe laneColumns(entry, lane: lane)
        if let total = unsafe columns.sums {
          unsafe table.pointee.add(total, sums, Int32(entry.pointee.slotCount))
        }
        if let total = unsafe columns.squares {
          unsafe table.pointee.add(total, squares, Int32(entry.pointee.slotCount))
        }
      }
    }
  }
}
