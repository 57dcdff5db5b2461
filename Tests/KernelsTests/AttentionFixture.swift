import CKernels
import Foundation
import ModelFixtures

@testable import Kernels

/// Sizes of one sequence's attention in a test.
struct AttentionCase: Sendable, CustomStringConvertible {
  var group = 3
  var dimension = 64
  /// Slots of earlier tokens, those that are given up for new ones included.
  var old = 100
  var chunk = 1
  /// How many of the new tokens get the slots of old ones.
  var reused = 0
  var windowRows = 1
  var joinsByMaximum = false
  /// Whether keys are stored before rotation, and read at any positions.
  var turnsKeys = false
  var type = KeyValueType.f16
  /// Whether the newest tokens are kept in half precision besides.
  var keepsNewest = false
  var seed: UInt64 = 1

  var kvHeads: Int { 2 }
  var slotCount: Int { old + chunk - reused }
  /// Longer than the slots: what lies between is no row's.
  var windowStride: Int { slotCount + 3 }
  var description: String {
    "\(type)\(keepsNewest ? " but the newest" : ""), group \(group), dim \(dimension), \(old) old, \(chunk) new, \(reused) reused, window \(windowRows)"
  }

  func stored(as type: KeyValueType, butNewest: Bool = false) -> AttentionCase {
    var sizes = self
    (sizes.type, sizes.keepsNewest) = (type, butNewest)
    return sizes
  }
}

extension [AttentionCase] {
  /// The cases with keys and values of every type, and with the newest in half precision.
  var ofAllTypes: [AttentionCase] {
    KeyValueType.allCases.flatMap { type in map { $0.stored(as: type) } }
      + map { $0.stored(as: .q8, butNewest: true) }
  }
}

/// A sequence's cache with the layout that the kernels are promised, its pages scattered over a pool whose halves are NaN elsewhere.
final class AttentionFixture {
  let sizes: AttentionCase
  /// Per head: the slot of each new token.
  let newSlots: [[Int32]]
  private(set) var pages: [[UInt32]]
  /// Queries, keys and values of the new tokens, `[token][...]`, before rotation.
  let inputs: [[Float]]
  let firstPosition = 1000
  var sums: [[Float]]
  var squares: [[Float]]
  /// Per head, `[windowRows][windowStride]`.
  var window: [[Float]]
  var valueNorms: [[Float]]
  /// Per head, `[2][group][dimension]`.
  var queryMoments: [[Float]]
  /// Per head and slot.
  var keyPositions: [[Int32]]
  /// Nil where slots are all there is.
  let newest: NewestFixture?

  /// All pages' keys, then all pages' values.
  private let pool: UnsafeMutableRawPointer
  private let valuesStart: Int
  private var allocated: [UnsafeMutableRawPointer] = []
  private let pagePointers: UnsafeMutablePointer<UInt32>
  private let newPointers: UnsafeMutablePointer<Int32>
  private let pagesPerHead: Int

  init(_ sizes: AttentionCase) {
    self.sizes = sizes
    var random = SplitMix64(state: sizes.seed)
    let heads = sizes.kvHeads
    pagesPerHead = (sizes.slotCount + 15) / 16
    let scattered = (0..<UInt32(heads * pagesPerHead + 3)).shuffled(using: &random)
    pages = (0..<heads).map { [pagesPerHead] head in
      Array(scattered[head * pagesPerHead..<(head + 1) * pagesPerHead])
    }
    valuesStart = scattered.count * sizes.type.halfPageBytes(headDimension: sizes.dimension)
    pool = .allocate(byteCount: 2 * valuesStart, alignment: 64)
    memset(pool, 0xff, 2 * valuesStart)
    newSlots = (0..<heads).map { _ in
      let holes = (0..<Int32(sizes.old)).shuffled(using: &random).prefix(sizes.reused).sorted()
      return holes + (0..<Int32(sizes.chunk - sizes.reused)).map { Int32(sizes.old) + $0 }
    }
    let width = (sizes.group + 2) * heads * sizes.dimension
    inputs = (0..<sizes.chunk).map { _ in random.normals(width, scale: 2) }
    let column = { (random: inout SplitMix64) in random.normals(sizes.slotCount).map(abs) }
    sums = (0..<heads).map { _ in column(&random) }
    squares = (0..<heads).map { _ in column(&random) }
    window = (0..<heads).map { _ in random.normals(sizes.windowRows * sizes.windowStride) }
    valueNorms = (0..<heads).map { _ in column(&random) }
    queryMoments = (0..<heads).map { _ in random.normals(2 * sizes.group * sizes.dimension) }
    keyPositions = (0..<heads).map { _ in
      (0..<sizes.slotCount).map { _ in Int32.random(in: 0..<3000, using: &random) }
    }
    newest = sizes.keepsNewest ? NewestFixture(sizes, newSlots: newSlots, using: &random) : nil
    pagePointers = .allocate(capacity: heads * pagesPerHead)
    newPointers = .allocate(capacity: heads * sizes.chunk)
    for head in 0..<heads {
      for page in 0..<pagesPerHead { pagePointers[head * pagesPerHead + page] = pages[head][page] }
      for token in 0..<sizes.chunk { newPointers[head * sizes.chunk + token] = newSlots[head][token] }
    }
    for head in 0..<heads {
      for slot in newSlots[head] { (sums[head][Int(slot)], squares[head][Int(slot)]) = (0, 0) }
      for slot in 0..<sizes.old where !newSlots[head].contains(Int32(slot)) {
        let (key, value) = (random.normals(sizes.dimension), random.normals(sizes.dimension))
        setKey(head, slot, key)
        set(value, head, slot, isKey: false)
        newest?.record(head, slot, key, value)
      }
    }
    newest?.reset()
  }

  deinit {
    pool.deallocate()
    pagePointers.deallocate()
    newPointers.deallocate()
    for column in allocated { column.deallocate() }
  }

  func setKey(_ head: Int, _ slot: Int, _ key: [Float]) { set(key, head, slot, isKey: true) }
  func key(_ head: Int, _ slot: Int) -> [Double] { stored(head, slot, isKey: true).numbers }
  func value(_ head: Int, _ slot: Int) -> [Double] { stored(head, slot, isKey: false).numbers }

  /// A slot's key or value where the layout has it.
  func stored(_ head: Int, _ slot: Int, isKey: Bool) -> StoredNumbers {
    let half = pool + (isKey ? 0 : valuesStart)
    let page = Int(pages[head][slot / 16]) * sizes.type.halfPageBytes(headDimension: sizes.dimension)
    return StoredNumbers(
      page: half + page, lane: slot % 16, dimension: sizes.dimension, type: sizes.type, isKey: isKey)
  }

  private func set(_ numbers: [Float], _ head: Int, _ slot: Int, isKey: Bool) {
    stored(head, slot, isKey: isKey).set(numbers)
  }

  /// What the kernels get for the tokens from `first` on, `count` of them: all by default.
  ///
  /// Fewer is how a token looks that is fed alone after the others: their slots are old ones then.
  func slots(_ head: Int, first: Int = 0, count: Int? = nil, visible: Int? = nil, counted: Bool = true)
    -> KeyValueSlots
  {
    let column = { [self] (values: [Float]) -> UnsafeMutablePointer<Float>? in
      guard counted else { return nil }
      let copy = UnsafeMutablePointer<Float>.allocate(capacity: values.count)
      for i in values.indices { copy[i] = values[i] }
      allocated.append(UnsafeMutableRawPointer(copy))
      return copy
    }
    var columns = SlotColumns()
    columns.sums = column(sums[head])
    columns.squares = column(squares[head])
    columns.window = column(window[head])
    columns.windowRows = sizes.windowRows
    columns.windowStride = sizes.windowStride
    columns.joinsByMaximum = sizes.joinsByMaximum
    columns.firstQuery = firstPosition + first
    columns.valueNorms = column(valueNorms[head])
    columns.queryMoments = column(queryMoments[head])
    if sizes.turnsKeys {
      let copy = UnsafeMutablePointer<Int32>.allocate(capacity: sizes.slotCount)
      for slot in 0..<sizes.slotCount { copy[slot] = keyPositions[head][slot] }
      allocated.append(UnsafeMutableRawPointer(copy))
      columns.keyPositions = UnsafePointer(copy)
    }
    return KeyValueSlots(
      keys: pool, values: pool + valuesStart, pages: pagePointers + head * pagesPerHead, type: sizes.type,
      headDimension: sizes.dimension, slotCount: visible ?? sizes.slotCount,
      newSlots: newPointers + head * sizes.chunk + first, newCount: count ?? sizes.chunk,
      newest: newest?.page(head, first: first), columns: columns)
  }

  func read(_ column: UnsafeMutablePointer<Float>?, count: Int? = nil) -> [Float] {
    column.map { pointer in (0..<(count ?? sizes.slotCount)).map { pointer[$0] } } ?? []
  }
}

/// What attention made of one sequence's new tokens.
struct Attended: Equatable {
  /// Per token, its query heads side by side.
  var outputs: [[Float]] = []
  /// Rotated and scaled queries, `[token][...]`.
  var queries: [[Float]] = []
  /// Per KV head.
  var sums: [[Float]] = []
  var squares: [[Float]] = []
  var window: [[Float]] = []
  var valueNorms: [[Float]] = []
  var queryMoments: [[Float]] = []
}

/// Runs one step over several sequences, which must have the same head sizes, perhaps after one over another that leaves its scratch.
func attend(
  _ fixtures: [AttentionFixture], on set: InstructionSet, threads: Int = 2, halves: Bool = false,
  slots: ((AttentionFixture, Int) -> KeyValueSlots)? = nil, first: Int = 0,
  after earlier: AttentionFixture? = nil
) -> [Attended] {
  let (sizes, heads) = (fixtures[0].sizes, fixtures[0].sizes.kvHeads)
  let (group, dimension) = (sizes.group, sizes.dimension)
  let views = fixtures.map { fixture in
    (0..<heads).map { slots?(fixture, $0) ?? fixture.slots($0) }
  }
  let counts = views.map { $0[0].newCount }
  let rows = counts.reduce(0, +)
  let queryWidth = heads * group * dimension
  let projections = FloatRows(capacity: rows, width: (group + 2) * heads * dimension)
  let out = Activations(capacity: rows, width: queryWidth, quantized: false)
  var chunks: [Attention.Chunk] = []
  for (fixture, count) in zip(fixtures, counts) {
    let start = chunks.last.map { $0.firstRow + $0.count } ?? 0
    chunks.append(.init(firstRow: start, count: count, firstPosition: fixture.firstPosition + first))
    for token in 0..<count {
      projections.withRow(start + token) { span in
        for i in span.indices { span[i] = fixture.inputs[first + token][i] }
      }
    }
  }
  withPool(threads) { pool in
    let attention = Attention(
      compute: Compute(instructions: set, pool: pool),
      shape: AttentionShape(queryHeads: heads * group, kvHeads: heads, headDimension: dimension),
      rotary: RotaryEmbedding(dimensions: dimension, base: 10000, pairsHalves: halves), capacity: rows)
    if let earlier {
      attention.begin(1) { _ in .init(firstRow: 0, count: earlier.sizes.chunk, firstPosition: 0) }
      attention.setLayer { _, head in earlier.slots(head) }
      attention.rotateAndStore(
        projections, keyOffset: queryWidth, valueOffset: queryWidth + heads * dimension)
      attention.attend(projections, into: out)
      for row in 0..<earlier.sizes.chunk {
        projections.withRow(row) { span in
          for i in span.indices { span[i] = fixtures[0].inputs[first + row][i] }
        }
      }
    }
    attention.begin(chunks.count) { chunks[$0] }
    attention.setLayer { views[$0][$1] }
    attention.rotateAndStore(
      projections, keyOffset: queryWidth, valueOffset: queryWidth + heads * dimension)
    attention.attend(projections, into: out)
  }
  return fixtures.indices.map { index in
    var result = Attended()
    for row in chunks[index].firstRow..<chunks[index].firstRow + chunks[index].count {
      result.outputs.append(out.floats.withRow(row) { span in span.indices.map { span[$0] } })
      result.queries.append(projections.withRow(row) { span in (0..<queryWidth).map { span[$0] } })
    }
    let fixture = fixtures[index]
    for token in 0..<chunks[index].count {
      let row = projections.withRow(chunks[index].firstRow + token) { span in span.indices.map { span[$0] } }
      for head in 0..<heads {
        let (key, value) = (queryWidth + head * dimension, queryWidth + (heads + head) * dimension)
        fixture.newest?.record(
          head, Int(fixture.newSlots[head][first + token]), Array(row[key..<key + dimension]),
          Array(row[value..<value + dimension]))
      }
    }
    for columns in views[index].map(\.columns) {
      result.sums.append(fixture.read(columns.sums))
      result.squares.append(fixture.read(columns.squares))
      result.window.append(fixture.read(columns.window, count: fixture.window[0].count))
      result.valueNorms.append(fixture.read(columns.valueNorms))
      result.queryMoments.append(fixture.read(columns.queryMoments, count: fixture.queryMoments[0].count))
    }
    return result
  }
}
