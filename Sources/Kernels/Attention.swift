import CKernels
import Glibc
import Synchronization

/// The sizes of a model's attention, and what becomes of its scores.
package struct AttentionShape: Sendable, Equatable {
  package let queryHeads: Int
  package let kvHeads: Int
  /// Values in a head: a multiple of 16.
  package let headDimension: Int
  /// What a query's products with keys are divided by.
  package var queryDivisor: Double
  /// Scores s become `softCap * tanh(s / softCap)`; nil leaves them.
  package var softCap: Double?

  /// `queryDivisor` is the root of the head dimension by default.
  package init(
    queryHeads: Int, kvHeads: Int, headDimension: Int, queryDivisor: Double? = nil, softCap: Double? = nil
  ) {
    precondition(kvHeads > 0 && queryHeads % kvHeads == 0, "query heads must share KV heads evenly")
    precondition(headDimension % 16 == 0, "the head dimension must be a multiple of 16")
    precondition(queryHeads / kvHeads <= KVOTA_MAX_GROUP, "too many query heads share a KV head")
    self.queryHeads = queryHeads
    self.kvHeads = kvHeads
    self.headDimension = headDimension
    self.queryDivisor = queryDivisor ?? Double(headDimension).squareRoot()
    self.softCap = softCap
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
    /// Position of the first of them, at which its queries are turned, and its keys unless the slots have positions for them.
    package let firstPosition: Int

    package init(firstRow: Int, count: Int, firstPosition: Int) {
      self.firstRow = firstRow
      self.count = count
      self.firstPosition = firstPosition
    }
  }

  private let compute: Compute
  private let shape: AttentionShape
  /// The rotations of layers that see all tokens, and of those with a window.
  private let rotations: Rotations
  private let windowRotations: Rotations
  /// Those of the layer that is being computed.
  private var current: Rotations
  private var window: Int?
  private var chunks: [Chunk] = []
  private var chunkOfRow: [Int] = []
  private var heads: [AttentionStep.Head] = []
  private var tasks: [AttentionStep.Task] = []
  private var turning: [AttentionStep.Task] = []
  /// Of every head, how many of its tasks are not done.
  private var unfinished = AlignedBuffer(byteCount: 0)
  private var scratch = AlignedBuffer(byteCount: 0)

  /// `capacity` is the most rows of a step; layers with a window rotate by `windowRotary`, if that is another.
  package init(
    compute: Compute, shape: AttentionShape, rotary: RotaryEmbedding, windowRotary: RotaryEmbedding? = nil,
    capacity: Int
  ) {
    self.compute = compute
    self.shape = shape
    rotations = Rotations(rotary, capacity: capacity)
    windowRotations = windowRotary.map { Rotations($0, capacity: capacity) } ?? rotations
    current = rotations
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
        let (row, position) = (chunk.firstRow + offset, chunk.firstPosition + offset)
        rotations.setRow(row, to: position)
        if windowRotations !== rotations { windowRotations.setRow(row, to: position) }
        chunkOfRow.append(index)
      }
    }
  }

  /// Sets a layer's slots, `slots(chunk, kvHead)` for each, and how many tokens a query sees, itself included; nil is all.
  package func setLayer(window: Int? = nil, _ slots: (Int, Int) -> KeyValueSlots) {
    self.window = window
    current = window == nil ? rotations : windowRotations
    heads.removeAll(keepingCapacity: true)
    var needed = 0
    for chunk in chunks.indices {
      for head in 0..<shape.kvHeads {
        let slots = slots(chunk, head)
        precondition(slots.newCount == chunks[chunk].count, "the cache was not extended by this chunk")
        precondition(slots.headDimension == shape.headDimension, "the cache has other heads")
        slots.columns.checkWindow(slots: slots.slotCount)
        let attending =
          AttentionStep.scratchFloats(shape, slots: slots.slotCount)
          * (chunks[chunk].count == 1 ? 1 : AttentionStep.lanes)
        let turned =
          reachPositions(slots)
          ? TurnedKeys.floatCount(slots: slots.slotCount, headDimension: shape.headDimension) : 0
        let view = unsafe kernelSlots(slots, chunks[chunk])
        let later = unsafe view.laterPages
        unsafe heads.append(
          AttentionStep.Head(
            slots: view, slotCount: slots.slotCount, columns: slots.columns,
            scratch: needed,
            turnedKeys: turned > 0 ? needed + attending : nil,
            newestScratch: slots.newest.map { _ in needed + attending + turned }))
        needed += attending + turned + later.count * later.bytes / MemoryLayout<Float>.size
      }
    }
    let bytes = needed * MemoryLayout<Float>.size
    if bytes > scratch.byteCount { scratch = AlignedBuffer(byteCount: bytes + bytes / 4) }
    completeNewestPages()
  }

  /// Tells the kernels of the step's own pages for newest tokens, now that scratch and rotations will not move any more.
  private func completeNewestPages() {
    for index in heads.indices {
      guard let later = heads[index].newestScratch else { continue }
      // Safety: the scratch has room there for the pages of the chunk's later blocks.
      let pages = unsafe UnsafeMutableRawPointer(scratch.pointer(Float.self) + later)
      unsafe heads[index].slots.newest.later = pages.assumingMemoryBound(to: UInt8.self)
      let (count, bytes) = unsafe heads[index].slots.laterPages
      // What no token has yet of the last one is weighed with 0, and becomes a part of the sequence's page.
      if count > 0 { unsafe memset(pages + (count - 1) * bytes, 0, bytes) }
      guard let positions = unsafe heads[index].columns.keyPositions else { continue }
      unsafe heads[index].slots.newest.positions = positions
      unsafe heads[index].slots.newest.turns = current.table.rows
      unsafe heads[index].slots.newest.rotated = Int32(current.rotary.dimensions)
      unsafe heads[index].slots.newest.halves = current.rotary.pairsHalves ? 1 : 0
    }
  }

  /// Slots as the kernels see them, with what this layer's attention makes of their scores.
  private func kernelSlots(_ slots: KeyValueSlots, _ chunk: Chunk) -> kvota_slots {
    var view = unsafe kvota_slots(slots)
    // Scores are in powers of two.
    unsafe view.soft_cap = Float((shape.softCap ?? 0) * M_LOG2E)
    guard let window else { return unsafe view }
    // Keys that are turned as they are read have the positions that they are turned to.
    let positions = unsafe slots.columns.keyPositions ?? slots.positions
    precondition(unsafe positions != nil, "a window over slots without positions")
    unsafe view.positions = positions
    unsafe view.first_position = Int32(chunk.firstPosition)
    unsafe view.window = Int32(window)
    return unsafe view
  }

  /// Whether keys are to be turned as they are read; then there are rotations for all their positions.
  private func reachPositions(_ slots: KeyValueSlots) -> Bool {
    guard let positions = unsafe slots.columns.keyPositions else { return false }
    var greatest: UInt32 = 0
    // Safety: every slot has a position; a negative one becomes larger than any table.
    for slot in 0..<slots.slotCount { greatest = unsafe max(greatest, UInt32(bitPattern: positions[slot])) }
    current.table.reach(Int(greatest) + 1)
    return true
  }

  /// Rotates queries and keys of every row in place, scales queries (by `log2(e)` too: attention takes powers of two),
  /// and stores keys and values in their slots.
  ///
  /// Before that, adds to the queries' moments where they are wanted; keys whose slots have positions are stored as they are.
  /// A row of `projections` holds queries, then keys at `keyOffset`, then values at `valueOffset`.
  package func rotateAndStore(_ projections: borrowing FloatRows, keyOffset: Int, valueOffset: Int) {
    let dimension = shape.headDimension
    precondition(valueOffset + shape.kvHeads * dimension <= projections.width, "shapes do not fit")
    // Safety: widths were checked above, rows by `begin`.
    let base = unsafe projections.pointer()
    let width = projections.width
    let hasMoments = heads.contains { unsafe $0.columns.queryMoments != nil }
    withStep { step in
      if hasMoments {
        unsafe compute.pool.run(tasks: heads.count, AddingMoments(step: step, queries: base, stride: width))
      }
      unsafe compute.forRows(
        chunkOfRow.count,
        Storing(
          step: step, base: base, width: width, keyOffset: keyOffset, valueOffset: valueOffset,
          scale: Float(M_LOG2E / shape.queryDivisor)))
    }
  }

  /// Attends every row over its cache: `out[row] = [queryHeads, headDimension]`, quantized too if `out` is, and adds to the statistics.
  ///
  /// Once after each `rotateAndStore`: it hands the newest page over to the next chunk.
  package func attend(_ projections: borrowing FloatRows, into out: borrowing Activations) {
    let width = shape.queryHeads * shape.headDimension
    precondition(out.floats.width == width && chunkOfRow.count <= out.floats.capacity, "shapes do not fit")
    let target = unsafe out.floats.pointer()
    let queries = unsafe projections.pointer()
    let stride = projections.width
    planTasks()
    // Safety: each task writes its own part of the scratch, and its own rows and heads of the output.
    withStep { step in
      if !turning.isEmpty { compute.pool.run(tasks: turning.count, TurningKeys(step: step)) }
      unsafe compute.pool.run(
        tasks: tasks.count, Attending(step: step, queries: queries, stride: stride, out: target))
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
            unsafe turning.withUnsafeBufferPointer { turning in
              unsafe body(
                AttentionStep(
                  table: compute.table, shape: shape, rotated: current.rotary.dimensions,
                  pairsHalves: current.rotary.pairsHalves, cosines: current.cosines.pointer(),
                  sines: current.sines.pointer(), pairs: current.cosines.width,
                  rotations: current.table.rows, chunks: chunks, chunkOfRow: chunkOfRow,
                  heads: heads, tasks: tasks, turning: turning, unfinished: unfinishedTasks,
                  scratch: scratch.pointer()))
            }
          }
        }
      }
    }
  }

  /// Shares out the splits of decoded tokens, several to a task where there are many, and the lanes of longer chunks; the
  /// turning of those chunks' keys by splits.
  private func planTasks() {
    tasks.removeAll(keepingCapacity: true)
    turning.removeAll(keepingCapacity: true)
    let bytes = heads.count * MemoryLayout<Atomic<Int>>.stride
    if bytes > unfinished.byteCount { unfinished = AlignedBuffer(byteCount: bytes) }
    var splits = 0
    for index in heads.indices where chunks[index / shape.kvHeads].count == 1 { splits += splitCount(index) }
    let perTask = max(1, splits / (compute.pool.threadCount * Self.tasksPerThread))
    for index in heads.indices {
      let (chunk, head) = (index / shape.kvHeads, index % shape.kvHeads)
      let isDecoded = chunks[chunk].count == 1
      let (parts, step) = isDecoded ? (splitCount(index), perTask) : (AttentionStep.lanes, 1)
      unsafe (unfinishedTasks + index).pointee.store((parts + step - 1) / step, ordering: .relaxed)
      for first in stride(from: 0, to: parts, by: step) {
        tasks.append(
          AttentionStep.Task(chunk: chunk, head: head, parts: first..<min(first + step, parts)))
      }
      guard !isDecoded && heads[index].turnedKeys != nil else { continue }
      for split in 0..<splitCount(index) {
        turning.append(AttentionStep.Task(chunk: chunk, head: head, parts: split..<split + 1))
      }
    }
  }

  /// Zeroed memory is an atomic zero.
  private var unfinishedTasks: UnsafeMutablePointer<Atomic<Int>> {
    unsafe unfinished.base.assumingMemoryBound(to: Atomic<Int>.self)
  }

  /// Enough for threads to end at about the same time; each costs a claim that they contend for.
  private static let tasksPerThread = 8

  /// Splits of the slots of one chunk's KV head.
  private func splitCount(_ index: Int) -> Int {
    let slots = unsafe Int(heads[index].slots.slots)
    return (slots + KVOTA_SPLIT - 1) / KVOTA_SPLIT
  }
}
