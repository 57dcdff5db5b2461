import Inference
import Testing

@testable import Serving

@Suite struct EnginePulseTests {
  private func statistics(steps: Int, running: Int = 0, waiting: Int = 0) -> EngineStatistics {
    var statistics = EngineStatistics()
    statistics.steps = steps
    statistics.running = running
    statistics.waiting = waiting
    return statistics
  }

  private func beats(_ moments: [EngineStatistics]) -> [Bool] {
    var pulse = EnginePulse()
    return moments.map { pulse.beats($0) }
  }

  @Test("an engine that has nothing to do is well")
  func idle() { #expect(beats([statistics(steps: 0), statistics(steps: 0)]) == [true, true]) }

  @Test("one that works is well as long as it makes steps")
  func busy() {
    let moments = [5, 6, 6, 6, 7].map { statistics(steps: $0, running: 1, waiting: 2) }
    #expect(beats(moments) == [true, true, false, false, true])
  }

  @Test("one that leaves a request lying is not")
  func deaf() {
    let moments = [statistics(steps: 5, running: 1), statistics(steps: 5), statistics(steps: 5, waiting: 1)]
    #expect(beats(moments) == [true, true, false])
  }
}

@Suite struct ServiceManagerTests {
  @Test(
    "the watchdog's time counts for the process it was meant for, and where there is somebody to tell",
    arguments: [
      (["NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "2000000"], Duration.seconds(2)),
      (["NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "7"], .seconds(2)),
      (["NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "8"], nil),
      (["NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "soon"], nil), (["WATCHDOG_USEC": "2000000"], nil),
      (["NOTIFY_SOCKET": "/run/x"], nil), ([:], nil),
    ])
  func watchdog(environment: [String: String], time: Duration?) {
    #expect(ServiceManager(environment: environment, processID: 7).watchdogTime == time)
  }
}
