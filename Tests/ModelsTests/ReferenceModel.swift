import COpenBLAS
import Foundation
import GGUF
import Kernels

@testable import Models

/// The llama architecture in plain 32-bit floats over dequantized weights: one pass over all tokens, no cache, no blocks, no tricks.
///
/// What `Model` is measured against. Weights are read from the file when they are needed.
struct ReferenceModel {
  let file: GGUFFile
  let model: ModelConfiguration
  /// Whether keys and values lose what a cache of half floats loses.
  var roundsKeysAndValues = false
  /// Whether the inputs of every product are rounded as the integer kernels do it: in blocks of 32, to 127 steps either way.
  var roundsInputs = false

  init(_ file: GGUFFile) throws {
    self.file = file
    model = try Architectures.configuration(of: file)
  }

  private var queryWidth: Int { model.attention.queryHeads * model.attention.headDimension }
  private var keyWidth: Int { model.attention.kvHeads * model.attention.headDimension }

  /// The logits after each of `tokens`, `[tokens][vocabulary]`.
  func logits(_ tokens: [Int32]) throws -> [[Float]] {
    let embedding = try weights("token_embd.weight")
    var x = tokens.flatMap { embedding[Int($0) * model.width..<(Int($0) + 1) * model.width] }
    for layer in 0..<model.layers {
      x = add(x, try attention(normalize(x, try weights("blk.\(layer).attn_norm.weight")), layer))
      x = add(x, try feedForward(normalize(x, try weights("blk.\(layer).ffn_norm.weight")), layer))
    }
    let output = file.hasTensor("output.weight") ? try weights("output.weight") : embedding
    let flat = multiply(normalize(x, try weights("output_norm.weight")), output, inner: model.width)
    return tokens.indices.map { Array(flat[$0 * model.vocabularySize..<($0 + 1) * model.vocabularySize]) }
  }

  private func weights(_ name: String) throws -> [Float] {
    let tensor = try file.tensor(name)
    guard let storage = TensorStorage(id: tensor.type.rawValue) else {
      throw ModelError.unknownArchitecture(name)
    }
    let row = FloatRows(capacity: 1, width: tensor.elementCount)
    return row.withRow(0) { values in
      file.withTensor(tensor) { storage.dequantize($0, into: &values) }
      return values.withUnsafeBufferPointer { Array($0) }
    }
  }

  /// `x [rows, inner]` times the transpose of `weights [outputs, inner]`.
  private func multiply(_ x: [Float], _ weights: [Float], inner: Int) -> [Float] {
    let (rows, outputs) = (x.count / inner, weights.count / inner)
    let x = roundsInputs ? rounded(x) : x
    var out = [Float](repeating: 0, count: rows * outputs)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(outputs), Int32(inner), 1, x, Int32(inner),
      weights, Int32(inner), 0, &out, Int32(outputs))
    return out
  }

  private func rounded(_ x: [Float]) -> [Float] {
    stride(from: 0, to: x.count, by: 32).flatMap { start in
      let block = x[start..<start + 32]
      let largest = block.map { abs($0) }.max() ?? 0
      guard largest > 0 else { return Array(block) }
      return block.map { ($0 * (127 / largest)).rounded(.toNearestOrEven) * (largest / 127) }
    }
  }

  private func add(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0 + $1 } }

  private func normalize(_ x: [Float], _ weight: [Float]) -> [Float] {
    let width = weight.count
    var out = x
    for row in 0..<x.count / width {
      let range = row * width..<(row + 1) * width
      let mean = x[range].reduce(0.0) { $0 + Double($1) * Double($1) } / Double(width)
      let inverse = Float(1 / (mean + Double(model.normEpsilon)).squareRoot())
      for i in 0..<width { out[row * width + i] = x[row * width + i] * inverse * weight[i] }
    }
    return out
  }

  private func feedForward(_ x: [Float], _ layer: Int) throws -> [Float] {
    let gate = multiply(x, try weights("blk.\(layer).ffn_gate.weight"), inner: model.width)
    let up = multiply(x, try weights("blk.\(layer).ffn_up.weight"), inner: model.width)
    let gated = zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 }
    return multiply(gated, try weights("blk.\(layer).ffn_down.weight"), inner: model.feedForwardWidth)
  }

  private func attention(_ x: [Float], _ layer: Int) throws -> [Float] {
    let name = { (part: String) in "blk.\(layer).attn_\(part).weight" }
    let queries = turn(multiply(x, try weights(name("q")), inner: model.width), width: queryWidth)
    let keys = cached(turn(multiply(x, try weights(name("k")), inner: model.width), width: keyWidth))
    let values = cached(multiply(x, try weights(name("v")), inner: model.width))
    var out = [Float](repeating: 0, count: queries.count)
    for head in 0..<model.attention.queryHeads { attend(head, queries, keys, values, into: &out) }
    return multiply(out, try weights(name("output")), inner: queryWidth)
  }

  private func cached(_ x: [Float]) -> [Float] { roundsKeysAndValues ? x.map { Float(Float16($0)) } : x }

  /// Turns the pairs (2 i, 2 i + 1) of every head by their angle at the row's position.
  private func turn(_ x: [Float], width: Int) -> [Float] {
    let (dimension, frequencies) = (model.attention.headDimension, model.rotary.frequencies)
    var out = x
    for row in 0..<x.count / width {
      for (pair, frequency) in frequencies.enumerated() {
        let (cosine, sine) = (Float(cos(Double(row) * frequency)), Float(sin(Double(row) * frequency)))
        for start in stride(from: row * width, to: (row + 1) * width, by: dimension) {
          let (a, b) = (x[start + 2 * pair], x[start + 2 * pair + 1])
          out[start + 2 * pair] = a * cosine - b * sine
          out[start + 2 * pair + 1] = b * cosine + a * sine
        }
      }
    }
    return out
  }

  private func attend(
    _ head: Int, _ queries: [Float], _ keys: [Float], _ values: [Float], into out: inout [Float]
  ) {
    let dimension = model.attention.headDimension
    let (column, kvColumn) = (head * dimension, head / model.attention.group * dimension)
    for row in 0..<queries.count / queryWidth {
      let query = queries[row * queryWidth + column..<row * queryWidth + column + dimension]
      var weights = (0...row).map { key in
        dot(query, keys[key * keyWidth + kvColumn..<key * keyWidth + kvColumn + dimension])
          / Float(dimension).squareRoot()
      }
      let greatest = weights.max() ?? 0
      weights = weights.map { exp($0 - greatest) }
      let total = weights.reduce(0, +)
      for (key, weight) in weights.enumerated() {
        for d in 0..<dimension {
          out[row * queryWidth + column + d] += weight / total * values[key * keyWidth + kvColumn + d]
        }
      }
    }
  }

  private func dot(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Float {
    var sum: Float = 0
    for (x, y) in zip(a, b) { sum += x * y }
    return sum
  }
}
