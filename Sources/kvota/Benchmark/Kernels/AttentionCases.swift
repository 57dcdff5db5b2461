import Caching
import Kernels
import Models

/// Attention: of a generated token in all layers, so that a long cache comes from memory as it does in a model, of a chunk in one.
struct AttentionCases {
  let compute: Compute
  let model: ModelConfiguration
  let kvType: KeyValueType

  var all: [KernelCase] {
    let depths = [512, 4096, 7000].filter { $0 < model.contextLength }
    return depths.map(decode) + depths.map(prefill) + [store]
  }

  private func decode(_ slots: Int) -> KernelCase {
    KernelCase(name: "attend, decode at \(slots)") {
      let rows = try AttentionOperands(model, kvType, compute: compute, old: slots - 1, chunk: 1)
      return KernelCase.Call(cost: rows.cost) { rows.attend() }
    }
  }

  /// The chunk that ends at so many slots.
  private func prefill(_ slots: Int) -> KernelCase {
    let chunk = AttentionOperands.mostTokens
    return KernelCase(name: "attend, prefill \(chunk) up to \(slots)") {
      let rows = try AttentionOperands(model, kvType, compute: compute, old: slots - chunk, chunk: chunk)
      return KernelCase.Call(cost: rows.cost) { rows.attend() }
    }
  }

  private var store: KernelCase {
    let heads = model.attention
    return KernelCase(name: "rotate and store, \(heads.queryHeads) + \(heads.kvHeads) heads") {
      let rows = try AttentionOperands(model, kvType, compute: compute, old: 64, chunk: 1)
      return KernelCase.Call { rows.store() }
    }
  }
}

/// A cache that holds some tokens, and a chunk of new ones.
private final class AttentionOperands {
  /// Of one chunk.
  static let mostTokens = 512

  private let layers: Int
  private let attention: Attention
  private let cache: SequenceCache
  private let projections: FloatRows
  private let out: Activations
  private let keyOffset: Int
  private let valueOffset: Int
  let cost: Cost

  init(_ model: ModelConfiguration, _ kvType: KeyValueType, compute: Compute, old: Int, chunk: Int) throws {
    let isDecode = chunk == 1
    let heads = model.attention
    layers = isDecode ? model.layers : 1
    var shape = try CacheShape(
      layers: layers, kvHeads: heads.kvHeads, queryHeads: heads.queryHeads, headDimension: heads.headDimension
    )
    shape.type = kvType
    keyOffset = heads.queryHeads * heads.headDimension
    valueOffset = keyOffset + heads.kvHeads * heads.headDimension
    attention = Attention(compute: compute, shape: heads, rotary: model.rotary, capacity: Self.mostTokens)
    projections = RowCases.floats(Self.mostTokens, valueOffset + heads.kvHeads * heads.headDimension)
    out = Activations(capacity: Self.mostTokens, width: keyOffset, quantized: keyOffset % 32 == 0)
    let plan = try CachePlan(
      CacheRequest(), shape: shape, promptTokens: isDecode ? old : old + chunk, maxNewTokens: isDecode ? 1 : 0
    )
    let pool = try CachePool(limitBytes: plan.peakBytes, shape: shape)
    guard let cache = pool.makeCache(plan) else { preconditionFailure("the pool was made for this cache") }
    self.cache = cache
    var work = Work()
    work.add(tokens: chunk, slots: old + chunk)
    cost = ModelCosts(weightBytes: 0, layers: .init(), output: .init(), shape: shape).cost(of: work)
    while cache.logicalLength < old { append(min(Self.mostTokens, old - cache.logicalLength)) }
    append(chunk)
  }

  /// Feeds tokens: memory that was never written would be one page of zeros.
  private func append(_ count: Int) {
    let position = cache.logicalLength
    cache.append(count)
    attention.begin(1) { _ in Attention.Chunk(firstRow: 0, count: count, firstPosition: position) }
    for layer in 0..<layers {
      select(layer)
      store()
    }
    cache.endStep()
  }

  private func select(_ layer: Int) {
    attention.setLayer { _, head in cache.slots(layer: layer, head: head) }
  }

  /// Stores the last chunk's keys and values in the layer that was selected last.
  func store() { attention.rotateAndStore(projections, keyOffset: keyOffset, valueOffset: valueOffset) }

  /// Attends the last chunk in every layer.
  func attend() {
    for layer in 0..<layers {
      select(layer)
      attention.attend(projections, into: out)
    }
  }
}
