import Serving

/// Time to load and memory of a whole server: ours in a process of its own, and the peer's.
struct ServerFootprint: Encodable {
  /// From the program's start until it answers that it is ready; the file is in the system's page cache.
  let secondsToReady: Spread
  let peakBytesLoaded: Spread
  /// After one request.
  let peakBytesUsed: Spread
}

/// Starts servers again and again to measure their footprints.
struct FootprintBenchmark {
  let settings: Settings
  let repetitions: Int
  let peer: Peer?
  let vocabularySize: Int
  /// What the one request holds.
  let promptTokens: Int
  let newTokens: Int

  static let name = "load and memory"

  struct Result {
    let own: ServerFootprint?
    let peer: ServerFootprint?
  }

  func run() throws -> Result {
    var (own, beside) = (Samples(), Samples())
    for _ in 0..<repetitions {
      try own.add(ServerProcess(own: settings), request: request)
      if let peer { try beside.add(peer.start(sequences: 1, flashAttention: .auto), request: request) }
    }
    return Result(own: own.footprint, peer: beside.footprint)
  }

  private struct Request: Encodable {
    let prompt: [Int32]
    let maxTokens: Int
    let temperature = 0
  }

  private var request: String {
    get throws {
      try JSONText.of(
        Request(
          prompt: Workload.prompt(promptTokens, vocabularySize: vocabularySize), maxTokens: newTokens))
    }
  }

  private struct Samples {
    var seconds: [Double] = []
    var loaded: [Double] = []
    var used: [Double] = []

    mutating func add(_ server: ServerProcess, request: String) throws {
      defer { server.stop() }
      seconds.append(server.secondsToReady)
      loaded += server.peakBytes.map { [Double($0)] } ?? []
      _ = try Curl.post(request, to: server.address + "/v1/completions")
      used += server.peakBytes.map { [Double($0)] } ?? []
    }

    var footprint: ServerFootprint? {
      guard let seconds = Spread(seconds), let loaded = Spread(loaded), let used = Spread(used) else {
        return nil
      }
      return ServerFootprint(secondsToReady: seconds, peakBytesLoaded: loaded, peakBytesUsed: used)
    }
  }
}
