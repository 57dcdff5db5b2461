import CKernels
import Synchronization

/// Finds out what the machine can do at most, with the threads and the instruction set that compute.
///
/// Nothing that the kernels do can be faster for long, so their speed is told as a share of this. One thread owns it.
@safe package final class CeilingProbe {
  private let compute: Compute
  private let memory: AlignedBuffer
  private let operands: AlignedBuffer
  private let sums: AlignedBuffer

  /// Far more than the processor's caches hold, in huge pages as weights lie.
  private static let memoryBytes = 256 << 20
  /// Pieces of the memory, so that a slow thread does not hold up the others.
  private static let pieces = 64
  /// How long each thread multiplies, in turns of so many rounds.
  private static let workTime = Duration.milliseconds(20)
  private static let rounds: UInt64 = 5000

  package init(compute: Compute) {
    self.compute = compute
    memory = AlignedBuffer(byteCount: Self.memoryBytes)
    operands = AlignedBuffer(byteCount: Int(KVOTA_CEILING_BYTES))
    sums = AlignedBuffer(byteCount: compute.pool.threadCount * Self.sumBytes)
    let piece = Self.memoryBytes / Self.pieces
    // Safety: the pieces are apart and together the buffer. Memory that was never written would be one page of zeros.
    compute.pool.run(tasks: Self.pieces) { index in
      unsafe (memory.base + index * piece).initializeMemory(as: UInt8.self, repeating: 1, count: piece)
    }
  }

  /// 16 floats for each thread, a cache line of its own.
  private static let sumBytes = 64

  /// Bytes read from memory in a second by all threads.
  package func bytesPerSecond() -> Double {
    let piece = Self.memoryBytes / Self.pieces
    let table = unsafe compute.table
    let time = ContinuousClock().measure {
      // Safety: as in `init`; a piece is whole blocks of 512.
      compute.pool.run(tasks: Self.pieces) { index in
        _ = unsafe table.pointee.read_bytes(memory.base + index * piece, piece)
      }
    }
    return Double(Self.memoryBytes) / (time / .seconds(1))
  }

  /// Operations on bytes in a second by all threads; a multiply-add is two.
  package func integerOperationsPerSecond() -> Double {
    let table = unsafe compute.table
    let operands = unsafe UnsafePointer(self.operands.pointer(UInt8.self))
    return unsafe operationsPerSecond { unsafe table.pointee.multiply_bytes($0, operands, $1) }
  }

  /// Operations on f32 numbers in a second by all threads; a multiply-add is two.
  package func floatOperationsPerSecond() -> Double {
    let table = unsafe compute.table
    return unsafe operationsPerSecond { unsafe table.pointee.multiply_floats($0, 0.5, $1) }
  }

  private func operationsPerSecond(_ work: (UInt64, UnsafeMutablePointer<Float>) -> UInt64) -> Double {
    let threads = compute.pool.threadCount
    let operations = Atomic<UInt64>(0)
    let time = ContinuousClock().measure {
      compute.pool.run(tasks: threads) { thread in
        let end = ContinuousClock.now + Self.workTime
        var done: UInt64 = 0
        // Safety: each task has its own 16 floats.
        while ContinuousClock.now < end { done += unsafe work(Self.rounds, sums.pointer() + thread * 16) }
        operations.add(done, ordering: .relaxed)
      }
    }
    return Double(operations.load(ordering: .relaxed)) / (time / .seconds(1))
  }
}
