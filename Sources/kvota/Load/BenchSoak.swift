import ArgumentParser
import Models

/// `kvota bench soak`: whether a server that is used in every way for some time gives back all that it took.
struct BenchSoak: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Use a server in every way for some minutes, and check that its memory stays within bounds.",
    discussion: """
      Clients send requests of random length under random policies and budgets, streamed or not, with one answer or \
      several, and a third of them go away in between. The server's resident memory is read every second. It must \
      never pass weights, pool and \(SoakChecks.overheadText) together, must not grow outside the pool from the second third of \
      the time to the last, and when all is over nothing of the pool may be in use. The status is 1 if something of this does not hold.

        kvota bench soak --minutes 10
        kvota bench soak --minutes 2 --kv-memory 64MiB --clients 64 --seed 7
      """)

  @OptionGroup(title: "Server")
  var served: ServedOptions

  @Option(help: ArgumentHelp("How long, in minutes.", valueName: "number"))
  var minutes = 10.0

  @Option(help: ArgumentHelp("Clients at the same time.", valueName: "count"))
  var clients = 24

  @Option(help: "The same seed gives each client the same requests.")
  var seed: UInt64 = 1

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try require("--clients", clients, atLeast: 1)
    guard (0.05...1440).contains(minutes) else {
      throw ValidationError("--minutes is \(minutes); expected 0.05 to 1440")
    }
  }

  func run() async throws {
    var served = served
    // Small enough that requests wait for room.
    served.model.kvMemory = served.model.kvMemory ?? "256MiB"
    let settings = try served.settings()
    let soak = Soak(
      settings: settings, flags: served.flags, clients: clients, seconds: minutes * 60,
      vocabularySize: try ServedOptions.configuration(of: settings).vocabularySize, seed: seed)
    let report = try await soak.run()
    Console.print(json ? try JSONText.of(report) : report.text)
    if !report.complaints.isEmpty { throw ExitCode(1) }
  }
}
