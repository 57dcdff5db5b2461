import Foundation
import ModelFixtures
import Testing

@testable import Kernels

@Suite struct ElementwiseTests {
  static let widths = [1, 15, 16, 17, 31, 96, 100, 576]

  private func isClose(_ a: [Float], _ b: [Double], relative: Double = 1e-5) -> Bool {
    zip(a, b).allSatisfy { abs(Double($0) - $1) <= relative * max(abs($1), 1e-3) }
  }

  @Test("RMSNorm divides by the root of the mean square", arguments: InstructionSet.available, widths)
  func rmsNorm(set: InstructionSet, width: Int) {
    var random = SplitMix64(state: UInt64(width))
    let (x, weight) = (random.normals(width, scale: 3), random.normals(width))
    var out = [Float](repeating: 7, count: width + 1)
    set.table.pointee.rms_norm(x, weight, Int32(width), 1e-5, &out)
    let mean = x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(width)
    let expected = zip(x, weight).map { Double($0) / (mean + 1e-5).squareRoot() * Double($1) }
    #expect(isClose(Array(out[..<width]), expected))
    #expect(out[width] == 7, "writes nothing beyond its row")
  }

  @Test(
    "LayerNorm centres, divides by the deviation and adds a bias", arguments: InstructionSet.available, widths
  )
  func layerNorm(set: InstructionSet, width: Int) {
    var random = SplitMix64(state: UInt64(width))
    let x = random.normals(width, scale: 3).map { $0 + 5 }
    let (weight, bias) = (random.normals(width), random.normals(width))
    var out = [Float](repeating: 7, count: width + 1)
    set.table.pointee.layer_norm(x, weight, bias, Int32(width), 1e-5, &out)
    let mean = x.reduce(0.0) { $0 + Double($1) } / Double(width)
    let variance = x.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(width)
    for index in 0..<width {
      let expected = (Double(x[index]) - mean) / (variance + 1e-5).squareRoot() * Double(weight[index])
      #expect(abs(Double(out[index]) - expected - Double(bias[index])) < 1e-4)
    }
    #expect(out[width] == 7, "writes nothing beyond its row")
  }

  @Test(
    "GELU, alone and times up, and soft caps, from -200 to 200", arguments: InstructionSet.available, widths)
  func tangents(set: InstructionSet, width: Int) {
    var random = SplitMix64(state: UInt64(width))
    let x = (0..<width).map { _ in
      Float.random(in: -200...200, using: &random) * Float.random(in: 0...1, using: &random)
    }
    let up = random.normals(width)
    let gelu = x.map { value in
      let value = Double(value)
      return value / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (value + 0.044715 * value * value * value)))
    }
    var (plain, gated, capped) = (x + [7], [Float](repeating: 7, count: width + 1), x + [7])
    set.table.pointee.gelu(x, Int32(width), &plain)
    set.table.pointee.gelu_multiply(x, up, Int32(width), &gated)
    set.table.pointee.soft_cap(&capped, Int32(width), 30)
    // 1 + tanh loses its last digits where tanh is near -1.
    for index in 0..<width {
      #expect(abs(Double(plain[index]) - gelu[index]) < 1e-6 + 1e-5 * abs(gelu[index]))
      #expect(abs(Double(gated[index]) - gelu[index] * Double(up[index])) < 1e-5 + 1e-5 * abs(gelu[index]))
      #expect(abs(Double(capped[index]) - 30 * tanh(Double(x[index]) / 30)) < 1e-4)
    }
    #expect(plain[width] == 7 && gated[width] == 7 && capped[width] == 7)
  }

  @Test("a scaled row is added", arguments: InstructionSet.available, widths)
  func addScaled(set: InstructionSet, width: Int) {
    var random = SplitMix64(state: UInt64(width))
    let (x, y) = (random.normals(width), random.normals(width))
    var sum = x + [7]
    set.table.pointee.add_scaled(&sum, y, 0.3, Int32(width))
    for index in 0..<width { #expect(abs(sum[index] - (x[index] + 0.3 * y[index])) < 1e-6) }
    #expect(sum[width] == 7)
  }

  @Test("SiLU times up, from -200 to 200", arguments: InstructionSet.available, widths)
  func siluMultiply(set: InstructionSet, width: Int) {
    var random = SplitMix64(state: UInt64(width))
    let gate = (0..<width).map { _ in
      Float.random(in: -200...200, using: &random) * Float.random(in: 0...1, using: &random)
    }
    let up = random.normals(width)
    var out = [Float](repeating: 7, count: width + 1)
    set.table.pointee.silu_multiply(gate, up, Int32(width), &out)
    let expected = zip(gate, up).map { Double($0) / (1 + exp(-Double($0))) * Double($1) }
    #expect(isClose(Array(out[..<width]), expected))
    #expect(out[width] == 7)
  }

  @Test("adding leaves what lies behind the row alone", arguments: InstructionSet.available, widths)
  func add(set: InstructionSet, width: Int) {
    var random = SplitMix64(state: UInt64(width))
    let (x, y) = (random.normals(width), random.normals(width))
    var sum = x + [7]
    set.table.pointee.add(&sum, y, Int32(width))
    #expect(sum == zip(x, y).map { $0 + $1 } + [7])
  }

  @Test(
    "a rotation turns each pair by its angle and scales all", arguments: InstructionSet.available,
    [(16, 16), (80, 80), (64, 32), (48, 10), (128, 2)])
  func rope(set: InstructionSet, shape: (dimension: Int, rotated: Int)) {
    for halves in [false, true] {
      var random = SplitMix64(state: 3)
      let x = random.normals(shape.dimension)
      let pairs = shape.rotated / 2
      let angles = (0..<pairs).map { _ in Double.random(in: -9...9, using: &random) }
      var rotated = x
      set.table.pointee.rope(
        &rotated, Int32(shape.rotated), Int32(shape.dimension), angles.map { Float(cos($0)) },
        angles.map { Float(sin($0)) }, halves ? 1 : 0, 0.25)
      var expected = x.map { Double($0) * 0.25 }
      for (pair, angle) in angles.enumerated() {
        let (a, b) = halves ? (pair, pair + pairs) : (2 * pair, 2 * pair + 1)
        let (first, second) = (expected[a], expected[b])
        expected[a] = first * cos(angle) - second * sin(angle)
        expected[b] = second * cos(angle) + first * sin(angle)
      }
      #expect(zip(rotated, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    }
  }

  @Test("frequencies fall from 1 by the base, and a linear factor slows all")
  func frequencies() {
    let plain = RotaryEmbedding(dimensions: 4, base: 10000, pairsHalves: false)
    #expect(plain.frequencies[0] == 1 && abs(plain.frequencies[1] - 0.01) < 1e-15 && plain.dimensions == 4)
    let slow = RotaryEmbedding(dimensions: 4, base: 10000, linearFactor: 4, pairsHalves: false)
    #expect(slow.frequencies == plain.frequencies.map { $0 / 4 })
  }

  @Test("rows of padded matrices are added each on its own", arguments: [1, 5, 9])
  func composed(rows: Int) throws {
    let set = try InstructionSet()
    let width = 40
    var random = SplitMix64(state: 8)
    let inputs = (0..<rows).map { _ in random.normals(96) }
    withPool(3) { pool in
      let compute = Compute(instructions: set, pool: pool)
      let wide = FloatRows(capacity: rows, width: 96)
      let narrow = FloatRows(capacity: rows, width: width)
      for row in 0..<rows {
        wide.withRow(row) { span in for i in span.indices { span[i] = inputs[row][i] } }
        narrow.withRow(row) { span in for i in span.indices { span[i] = 1 } }
      }
      compute.add(wide, to: narrow, rows: rows)
      for row in 0..<rows {
        let sum = narrow.withRow(row) { span in span.indices.map { span[$0] } }
        #expect(sum == inputs[row][..<width].map { 1 + $0 })
      }
    }
  }
}
