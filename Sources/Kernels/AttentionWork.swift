// What `Attention` shares out of a step.

/// Rotating and storing of a row.
@safe struct Storing: ParallelWork {
  let step: AttentionStep
  let base: UnsafeMutablePointer<Float>
  let width: Int
  let keyOffset: Int
  let valueOffset: Int
  let scale: Float

  func perform(_ row: Int) {
    // Safety: checked by `Attention.rotateAndStore`.
    unsafe step.rotateAndStore(
      row: row, base + row * width, keyOffset: keyOffset, valueOffset: valueOffset, scale: scale)
  }
}

/// The moments of one KV head's queries.
@safe struct AddingMoments: ParallelWork {
  let step: AttentionStep
  let queries: UnsafePointer<Float>
  let stride: Int

  func perform(_ task: Int) {
    // Safety: checked by `Attention.rotateAndStore`.
    unsafe step.addMoments(
      chunk: task / step.shape.kvHeads, head: task % step.shape.kvHeads, queries: queries, stride: stride)
  }
}

/// The turning of one split's keys.
@safe struct TurningKeys: ParallelWork {
  let step: AttentionStep

  func perform(_ task: Int) { step.turnKeys(task) }
}

/// Splits of a decoded token, or a lane of a longer chunk.
@safe struct Attending: ParallelWork {
  let step: AttentionStep
  let queries: UnsafeMutablePointer<Float>
  let stride: Int
  let out: UnsafeMutablePointer<Float>

  // Safety: checked by `Attention.attend`.
  func perform(_ task: Int) { unsafe step.attend(task, queries: queries, stride: stride, out: out) }
}
