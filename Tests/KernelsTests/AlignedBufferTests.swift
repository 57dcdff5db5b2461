import Testing

@testable import Kernels

@Suite("Aligned buffers")
struct AlignedBufferTests {
  @Test(
    "begin at a cache line, are zero and can be written to their ends, whatever their size",
    arguments: [0, 1, 65, 128 << 10, 8 << 20].flatMap { [max($0 - 1, 0), $0, $0 + 1] })
  func zeroed(byteCount: Int) {
    for _ in 0..<3 {
      let buffer = AlignedBuffer(byteCount: byteCount)
      let bytes = unsafe UnsafeMutableRawBufferPointer(start: buffer.base, count: byteCount)
      #expect(Int(bitPattern: unsafe buffer.base) % 64 == 0)
      #expect(unsafe bytes.allSatisfy { $0 == 0 })
      // The next one may get the same memory.
      unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0xff)
    }
  }
}
