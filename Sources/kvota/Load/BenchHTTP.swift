import ArgumentParser
import Inference
import Serving

/// `kvota bench http`: what HTTP itself costs.
struct BenchHTTP: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "http",
    abstract: "Load a server's probe and a completion of one token with wrk: requests a second.",
    discussion: """
      Starts `kvota serve` on a free port and has the program wrk send requests over some connections, one after the \
      other on each. With a peer both get the same in turn. Errors are answers other than 2xx, and connections that broke.

        kvota bench http
        LD_LIBRARY_PATH=bin kvota bench http --peer-server bin/llama-server
      """)

  @OptionGroup(title: "Server")
  var served: ServedOptions

  @OptionGroup(title: "Peer")
  var peer: PeerOptions

  @Option(help: ArgumentHelp("Connections of wrk.", valueName: "count"))
  var connections = 8

  @Option(help: ArgumentHelp("Length of each run.", valueName: "seconds"))
  var seconds = 5

  @Option(help: ArgumentHelp("How often each is loaded; the median counts.", valueName: "count"))
  var rounds = 3

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    try require("--connections", connections, atLeast: 1)
    try require("--seconds", seconds, atLeast: 1)
    try require("--rounds", rounds, atLeast: 1)
  }

  func run() throws {
    let settings = try served.settings()
    var rows: [HTTPRow] = []
    rows += try measure("kvota") { try ServerProcess(own: settings, further: served.flags) }
    if let peer = peer.peer(settings) {
      rows += try measure("peer") {
        try peer.start(sequences: min(connections, Self.mostPeerSequences), flashAttention: .auto)
      }
    }
    let report = HTTPReport(
      model: settings.alias, threads: settings.engine.threads, connections: connections, seconds: seconds,
      rows: rows)
    Console.print(json ? try JSONText.of(report) : report.text)
  }

  private static let mostPeerSequences = 32
  private static let completion = #"{"prompt": "The sea is", "max_tokens": 1, "temperature": 0}"#
  /// What is asked for, under a name; both servers know these paths.
  private static let work: [(name: String, path: String, body: String?)] = [
    ("GET /health", "/health", nil), ("one token", "/v1/completions", completion),
  ]

  private func measure(_ server: String, start: () throws -> ServerProcess) throws -> [HTTPRow] {
    let process = try start()
    defer { process.stop() }
    return try Self.work.map { work in
      Console.note("\(work.name): \(server)")
      let runs = try (0..<rounds).map { _ in
        try WrkRun.measure(
          process.address + work.path, body: work.body, connections: connections, seconds: seconds)
      }
      try process.checkRuns()
      return HTTPRow(server: server, work: work.name, runs: runs)
    }
  }
}

/// What one server made of one kind of request.
struct HTTPRow: Encodable {
  let server: String
  let work: String
  /// In the order they were made.
  let runs: [WrkRun]

  var requestsPerSecond: Double { Spread(runs.map(\.requestsPerSecond))?.median ?? .nan }
  var errors: Int { runs.map(\.errors).reduce(0, +) }
}

/// Requests a second, ours beside a peer's.
struct HTTPReport: Encodable {
  let version = Kvota.version
  let machine = Machine.current
  let model: String
  let threads: Int
  let connections: Int
  let seconds: Int
  let rows: [HTTPRow]

  /// The report for people.
  var text: String {
    let table = Table(
      head: ["requests", "server", "a second", "p50 ms", "p99 ms", "errors"],
      rows: rows.map { row in
        [
          row.work, row.server, BenchReport.rounded(row.requestsPerSecond, 0),
          median(row, \.p50Milliseconds), median(row, \.p99Milliseconds), "\(row.errors)",
        ]
      })
    return """
      \(machine.processor), \(machine.processors) processors; kvota \(version), \(threads) threads
      \(model); \(connections) connections, \(rows.first?.runs.count ?? 0) runs of \(seconds) s

      \(table.text)
      """
  }

  private func median(_ row: HTTPRow, _ value: (WrkRun) -> Double) -> String {
    BenchReport.rounded(Spread(row.runs.map(value))?.median ?? .nan, 2)
  }
}
