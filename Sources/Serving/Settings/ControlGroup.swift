import FoundationEssentials

/// What a control group (version 2) allows us, as in a container or under systemd.
enum ControlGroup {
  /// The texts of such a file, `memory.max` or `cpu.max`, in our own group and in the outermost that we see.
  static func limits(_ file: String) -> [String] {
    let line = contents("/proc/self/cgroup")?.split(separator: "\n").first { $0.hasPrefix("0::") }
    let group = line.map { String($0.dropFirst(3)) } ?? "/"
    return [group, "/"].compactMap { contents("/sys/fs/cgroup\($0)/\(file)") }
  }

  static func contents(_ path: String) -> String? {
    (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
  }
}
