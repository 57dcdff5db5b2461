/// A kernel to be timed.
struct KernelCase {
  let name: String
  /// Of one call; none where no ceiling says anything.
  var cost = Cost()
  /// Makes what one call needs, and gives the call.
  let prepare: () throws -> () -> Void
}

/// Times kernels one after the other, each often enough for the clock.
struct KernelBenchmark {
  let repetitions: Int

  /// What a repetition takes at least.
  private static let leastTime = Duration.milliseconds(20)

  func measure(_ cases: [KernelCase], samples: inout CeilingSamples) throws -> [KernelRow] {
    var seconds: [[Double]] = []
    var progress = Progress(weights: cases.map { _ in 1 })
    for kernel in cases {
      progress.begin(kernel.name)
      samples.take()
      seconds.append(try self.seconds(kernel))
    }
    return zip(cases, seconds).compactMap { kernel, seconds in
      KernelRow(kernel.name, seconds: seconds, cost: kernel.cost, ceilings: samples.ceilings)
    }
  }

  /// Of one call, for each repetition.
  private func seconds(_ kernel: KernelCase) throws -> [Double] {
    let call = try kernel.prepare()
    var calls = 1
    while time(call, calls) < Self.leastTime { calls *= 2 }
    return (0..<repetitions).map { _ in time(call, calls) / .seconds(1) / Double(calls) }
  }

  private func time(_ call: () -> Void, _ calls: Int) -> Duration {
    ContinuousClock().measure { for _ in 0..<calls { call() } }
  }
}
