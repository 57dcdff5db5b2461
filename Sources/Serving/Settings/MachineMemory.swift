/// How much memory this machine has, and how much of it is free.
package struct MachineMemory: Sendable, Equatable {
  package var totalBytes: Int?
  /// What can be used without swapping.
  package var availableBytes: Int?

  package init(totalBytes: Int?, availableBytes: Int?) {
    self.totalBytes = totalBytes
    self.availableBytes = availableBytes
  }

  /// Reads the text of `/proc/meminfo`.
  package init(meminfo: String) {
    totalBytes = Self.bytes("MemTotal:", in: meminfo)
    availableBytes = Self.bytes("MemAvailable:", in: meminfo)
  }

  /// The machine we run on; a control group's limit counts where it is lower, as in a container or under systemd.
  package static var current: MachineMemory {
    var memory = MachineMemory(meminfo: ControlGroup.contents("/proc/meminfo") ?? "")
    if let limit = controlGroupLimit {
      memory.totalBytes = min(limit, memory.totalBytes ?? limit)
      memory.availableBytes = min(limit, memory.availableBytes ?? limit)
    }
    return memory
  }

  /// Half of what the model leaves free, in whole MiB: the rest is for everybody else on the machine.
  package func defaultPoolBytes(modelBytes: Int) -> Int {
    let free = max(0, (availableBytes ?? Self.unknownBytes) - modelBytes)
    return max(Self.leastPoolBytes, free / 2 / Self.mebibyte * Self.mebibyte)
  }

  private static let mebibyte = 1 << 20
  private static let unknownBytes = 2 << 30
  private static let leastPoolBytes = 64 << 20

  private static var controlGroupLimit: Int? {
    ControlGroup.limits("memory.max").compactMap { Int($0.filter { !$0.isWhitespace }) }.min()
  }

  private static func bytes(_ name: String, in meminfo: String) -> Int? {
    guard let line = meminfo.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    let words = line.split(separator: " ")
    guard words.count == 3, words[2] == "kB", let kibibytes = Int(words[1]) else { return nil }
    let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
    return overflow ? nil : bytes
  }
}
