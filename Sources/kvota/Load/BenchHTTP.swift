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
      other on each. With a peer both get the same in turn; for our /livez the peer's /health. Errors are answers other than \
      2xx, and connections that broke.

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
    let room = ["--max-connections-per-address", "\(connections + Self.spareConnections)"]
    var servers = [
      (name: "kvota", process: try ServerProcess(own: settings, further: served.flags + room))
    ]
    defer { for server in servers { server.process.stop() } }
    if let peer = peer.peer(settings) {
      let sequences = min(connections, Self.mostPeerSequences)
      servers.append(("peer", try peer.start(sequences: sequences, flashAttention: .auto)))
    }
    let report = HTTPReport(
      model: settings.alias, threads: settings.engine.threads, connections: connections, seconds: seconds,
      rows: try Self.work.flatMap { try measure($0, servers) })
    Console.print(json ? try JSONText.of(report) : report.text)
  }

  /// wrk looks whether a server is there before it opens those that it uses.
  private static let spareConnections = 8
  private static let mostPeerSequences = 32
  private static let completion = #"{"prompt": "The sea is", "max_tokens": 1, "temperature": 0}"#
  private struct Work {
    let name: String
    let path: String
    /// Where llama-server answers the like.
    let peerPath: String
    let body: String?
  }
  private static let work = [
    Work(name: "GET /livez", path: "/livez", peerPath: "/health", body: nil),
    Work(name: "one token", path: "/v1/completions", peerPath: "/v1/completions", body: completion),
  ]

  /// The servers in turn, since the machine may be slower at one time than at another.
  private func measure(_ work: Work, _ servers: [(name: String, process: ServerProcess)]) throws -> [HTTPRow]
  {
    var runs = [[WrkRun]](repeating: [], count: servers.count)
    for round in 0..<rounds {
      for (index, server) in servers.enumerated() {
        Console.note("\(work.name), round \(round + 1) of \(rounds): \(server.name)")
        runs[index].append(
          try WrkRun.measure(
            server.process.address + (index == 0 ? work.path : work.peerPath), body: work.body,
            connections: connections, seconds: seconds))
        try server.process.checkRuns()
      }
    }
    return zip(servers, runs).map { HTTPRow(server: $0.name, work: work.name, runs: $1) }
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
