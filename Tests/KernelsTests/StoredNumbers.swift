@testable import Kernels

/// One slot's key or value in its half page, by the documented layouts.
struct StoredNumbers {
  let page: UnsafeMutableRawPointer
  let lane: Int
  let dimension: Int
  let type: KeyValueType
  let isKey: Bool

  /// The scale of the slot; 1 where there is none.
  var scale: Float16 {
    type == .f16 ? 1 : scales[lane]
  }

  var numbers: [Double] {
    (0..<dimension).map { d in
      switch type {
      case .f16: Double(halves[index(d)])
      case .q8: Double(bytes[index(d)]) * Double(scale)
      }
    }
  }

  /// Stores numbers that are no extremes.
  func set(_ numbers: [Float]) {
    if type == .q8 { scales[lane] = Float16((numbers.map(abs).max() ?? 0) / 127 * 1.001) }
    for (d, number) in numbers.enumerated() {
      switch type {
      case .f16: halves[index(d)] = Float16(number)
      case .q8: bytes[index(d)] = Int8((number / Float(scale)).rounded())
      }
    }
  }

  private func index(_ d: Int) -> Int { isKey ? 16 * d + lane : dimension * lane + d }
  private var halves: UnsafeMutablePointer<Float16> { page.assumingMemoryBound(to: Float16.self) }
  private var bytes: UnsafeMutablePointer<Int8> { page.assumingMemoryBound(to: Int8.self) }
  private var scales: UnsafeMutablePointer<Float16> {
    (page + 16 * dimension).assumingMemoryBound(to: Float16.self)
  }
}
