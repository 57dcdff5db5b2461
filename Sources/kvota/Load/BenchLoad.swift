import ArgumentParser
import Foundation
import Models

/// `kvota bench load`: what many clients at once see of a server.
struct BenchLoad: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Load a server with many clients: throughput, latencies, goodput.",
    discussion: """
      Starts `kvota serve` on a free port, sends it streamed completions of mixed lengths, and tells what the clients \
      saw. With a peer both servers get the same requests in turn, one server at a time, and the table has the ratio.

        kvota bench load
        kvota bench load --clients 32 --cancel 10% --kv-policy roco --kv-budget 512
        kvota bench load --rate 2.5 --requests 200 --json > load.json
        kvota bench load --trace trace.jsonl
        LD_LIBRARY_PATH=bin kvota bench load --peer-server bin/llama-server

      A trace has one JSON object a line: {"prompt_tokens": 120, "output_tokens": 64, "at": 0.5}. Without \
      --clients and --rate its requests come at their times, in seconds. Without a trace the lengths are those of \
      six questions (32 to 256 tokens, answers of 32 to 128), three conversations (512 to 1536, 64 to 256) and a \
      document (2048 to 3072, 64 to 128) in ten requests. Prompts are random tokens.
      """)

  @OptionGroup(title: "Server")
  var served: ServedOptions

  @OptionGroup(title: "Peer")
  var peer: PeerOptions

  @Option(
    help: ArgumentHelp(
      "Clients, each of which sends its next request when the last has ended. (default: 16)",
      valueName: "count"))
  var clients: Int?

  @Option(help: ArgumentHelp("Instead: requests a second on average, Poisson.", valueName: "number"))
  var rate: Double?

  @Option(help: ArgumentHelp("A file of requests, JSON lines.", valueName: "file"))
  var trace: String?

  @Option(help: ArgumentHelp("Requests in each round, without a trace.", valueName: "count"))
  var requests = 64

  @Option(
    help: ArgumentHelp("How often each server is loaded, with new prompts each time.", valueName: "count"))
  var rounds = 3

  @Option(help: ArgumentHelp("Share of the clients that go away in mid-answer.", valueName: "share"))
  var cancel = ShareArgument.none

  @Option(help: ArgumentHelp("First tokens that all prompts have in common.", valueName: "tokens"))
  var sharedPrefix = 0

  @Option(help: ArgumentHelp("A good request has its first token within this.", valueName: "milliseconds"))
  var firstTokenLimit = 2000.0

  @Option(help: ArgumentHelp("And takes no longer a token after it, on average.", valueName: "milliseconds"))
  var interTokenLimit = 100.0

  @Option(help: "The same seed gives the same requests.")
  var seed: UInt64 = 1

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try require("--requests", requests, atLeast: 1)
    try require("--rounds", rounds, atLeast: 1)
    try require("--clients", clients ?? 1, atLeast: 1)
    try require("--shared-prefix", sharedPrefix, atLeast: 0)
    if clients != nil, rate != nil { throw ValidationError("expected one of --clients and --rate") }
    guard rate.map({ $0 > 0 }) ?? true else { throw ValidationError("--rate is not above 0") }
  }

  func run() async throws {
    let settings = try served.settings()
    let entries = try trace.map { try TraceEntry.read(String(contentsOfFile: $0, encoding: .utf8)) }
    let model = try ServedOptions.configuration(of: settings)
    let benchmark = LoadBenchmark(
      settings: settings, ownFlags: served.flags, peer: peer.peer(settings), arrivals: arrivals,
      trace: entries, requestCount: requests,
      maker: RequestMaker(
        vocabularySize: model.vocabularySize, sharedPrefix: sharedPrefix, cancelledShare: cancel.value),
      rounds: rounds, seed: seed,
      limits: LatencyLimits(
        timeToFirstTokenMilliseconds: firstTokenLimit, interTokenMilliseconds: interTokenLimit))
    let report = try await benchmark.run()
    Console.print(json ? try JSONText.of(report) : report.text)
  }

  private var arrivals: Arrivals {
    if let rate { return .poisson(perSecond: rate) }
    return clients == nil && trace != nil ? .recorded : .closed(clients: clients ?? 16)
  }
}
