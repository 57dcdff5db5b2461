import Glibc

/// What the system knows of this process.
struct ProcessFacts: Equatable {
  let processorSeconds: Double
  let residentBytes: Int

  /// As of now; nil where `/proc` does not tell.
  static var current: ProcessFacts? {
    ControlGroup.contents("/proc/self/stat").flatMap {
      ProcessFacts(
        stat: $0, ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)), pageBytes: sysconf(Int32(_SC_PAGESIZE)))
    }
  }

  /// Reads the text of `/proc/PID/stat`, as in proc_pid_stat(5).
  init?(stat: String, ticksPerSecond: Int, pageBytes: Int) {
    // The name, in parentheses, may hold spaces and parentheses; what follows its end begins with field 3.
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 21, let user = Int(fields[11]), let system = Int(fields[12]),
      let pages = Int(fields[21])
    else { return nil }
    processorSeconds = Double(user + system) / Double(ticksPerSecond)
    residentBytes = pages * pageBytes
  }
}
