import Foundation
import Serving

/// The machine that the numbers are from.
struct Machine: Encodable, Equatable {
  let processor: String
  let processors: Int
  let memoryBytes: Int?

  init(processor: String, processors: Int, memoryBytes: Int?) {
    self.processor = processor
    self.processors = processors
    self.memoryBytes = memoryBytes
  }

  static var current: Machine {
    let file = FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data()
    return Machine(
      processor: processor(cpuinfo: String(decoding: file, as: UTF8.self)) ?? "unknown processor",
      processors: ProcessInfo.processInfo.activeProcessorCount, memoryBytes: MachineMemory.current.totalBytes)
  }

  /// The processor's name in the text of `/proc/cpuinfo`, which not all architectures give.
  static func processor(cpuinfo: String) -> String? {
    let line = cpuinfo.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  }
}
