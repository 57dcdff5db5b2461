import Serving

/// How a server came out of a soak.
struct SoakReport: Encodable {
  let version = Kvota.version
  let machine = Machine.current
  let model: String
  let seconds: Double
  let clients: Int
  let flags: [String]
  let done: Int
  /// Whose client went away.
  let left: Int
  /// By the system's own mark, which misses no moment.
  let peakBytes: Int
  let checks: SoakChecks
  /// What does not hold.
  let complaints: [String]

  init(
    model: String, seconds: Double, clients: Int, flags: [String], done: Int, left: Int, peakBytes: Int,
    checks: SoakChecks
  ) {
    self.model = model
    self.seconds = seconds
    self.clients = clients
    self.flags = flags
    self.done = done
    self.left = left
    self.peakBytes = peakBytes
    self.checks = checks
    complaints = checks.complaints
  }

  /// The report for people.
  var text: String {
    let bytes = { (bytes: Int) in MemorySize.text(bytes) }
    let beyond = max(0, checks.mostResidentBytes - checks.weightBytes - checks.poolBytes)
    return """
      \(machine.processor), \(machine.processors) processors; kvota \(version) \(flags.joined(separator: " "))
      \(model); \(clients) clients, \(BenchReport.rounded(seconds / 60)) minutes

      requests done, left by their clients   \(done), \(left)
      weights, pool                          \(bytes(checks.weightBytes)), \(bytes(checks.poolBytes))
      most resident memory                   \(bytes(checks.mostResidentBytes)) (peak \(bytes(peakBytes)))
      beyond weights and pool                \(bytes(beyond)) of \(SoakChecks.overheadText)
      outside the pool, each third's median  \(checks.thirds.map(bytes).joined(separator: ", "))\
      \(checks.showsGrowth ? "" : " (too short to show growth)")
      pool in use, promised at the end       \(bytes(checks.usedBytes)), \(bytes(checks.reservedBytes))

      \(complaints.isEmpty ? "All checks hold." : complaints.joined(separator: "\n"))
      """
  }
}
