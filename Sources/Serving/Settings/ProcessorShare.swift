import Kernels

/// How many processors this process can keep busy: more threads than that only wait for each other.
enum ProcessorShare {
  /// The processors that we may run on, or fewer where a control group allows less time.
  static var current: Int {
    count(processors: ThreadPool.processorCount, quotas: ControlGroup.limits("cpu.max"))
  }

  /// Reads texts of `cpu.max`, a quota and its period in microseconds; half a processor's time is worth a thread.
  static func count(processors: Int, quotas: [String]) -> Int {
    let allowed = quotas.compactMap { text -> Int? in
      let numbers = text.split(whereSeparator: \.isWhitespace).map { Int($0) }
      guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0, period > 0 else {
        return nil
      }
      return (quota - 1) / period + 1
    }
    return ([processors] + allowed).min() ?? 1
  }
}
