import Inference

/// Whether an engine gets on, told from its counters at one moment and the next.
struct EnginePulse {
  private var steps = 0

  /// True if it has made a step since it was last asked, or has nothing to do.
  mutating func beats(_ statistics: EngineStatistics) -> Bool {
    defer { steps = statistics.steps }
    return statistics.steps != steps || (statistics.running == 0 && statistics.waiting == 0)
  }
}

extension ServiceManager {
  /// Says at half of the watchdog's time that the engine gets on, and says nothing while it does not.
  ///
  /// Returns when the task is cancelled. One that had nothing to do and got work a moment ago has made no step yet; so it
  /// is asked again soon.
  func keepWatch(_ statistics: @Sendable () -> EngineStatistics) async {
    guard let watchdogTime else { return }
    var pulse = EnginePulse()
    var pause = watchdogTime / 2
    while (try? await Task.sleep(for: pause)) != nil {
      let beats = pulse.beats(statistics())
      if beats { alive() }
      pause = beats ? watchdogTime / 2 : watchdogTime / 16
    }
  }
}
