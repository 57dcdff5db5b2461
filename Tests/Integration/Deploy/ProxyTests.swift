import Foundation
import Testing

extension RealClients {
  @Suite(
    "two replicas behind HAProxy",
    .enabled(if: Surroundings.haproxy != nil, "needs the Debian package haproxy"))
  struct ProxyTests {
    @Test("its configuration is valid")
    func valid() async throws {
      let command = try await Command.run(
        try #require(Surroundings.haproxy), ["-c", "-f", Surroundings.deploy + "/haproxy/haproxy.cfg"])
      #expect(command.status == 0 && !command.errors.contains("WARNING"), "\(command.errors)")
    }

    @Test(
      "replicas that are stopped and replaced lose nothing; killing a successor costs only the streams that it had begun"
    )
    func replicasGo() async throws {
      let first = try await RunningServer.start()
      let second = try await RunningServer.start()
      let proxy = try await Proxy.start(first, second)
      defer { for end in [first.terminate, second.terminate, proxy.terminate] { end() } }
      #expect(try await load(proxy).allSatisfy(isWhole))

      try await drain(first, behind: proxy)
      let firstHeir = try await RunningServer.start(["--port", "\(first.port)"])
      defer { firstHeir.terminate() }
      try await isFound(firstHeir, by: proxy)

      try await drain(second, behind: proxy)
      let secondHeir = try await RunningServer.start(["--port", "\(second.port)"])
      defer { secondHeir.terminate() }
      try await isFound(secondHeir, by: proxy)

      async let bereft = load(proxy)
      try await isBusy(secondHeir)
      try await secondHeir.kill()
      for (index, answer) in try await bereft.enumerated() {
        // A stream that has begun cannot be begun again; its client sees that it is not complete.
        let isCut =
          index % 2 == 0 && ["APIConnectionError", "RemoteProtocolError", "ReadError"].contains(answer.error)
        #expect(isWhole(answer) || isCut, "\(answer)")
      }
      #expect(try await load(proxy).allSatisfy(isWhole), "one replica serves all")
      try await firstHeir.stop()
    }

    /// Stops a replica that has something to do: what it has begun it finishes, and the rest the other one gets.
    private func drain(_ replica: RunningServer, behind proxy: Proxy) async throws {
      async let drained = load(proxy)
      try await isBusy(replica)
      try await replica.stop(within: .seconds(60))
      let answers = try await drained
      #expect(answers.allSatisfy(isWhole), "\(answers)")
    }

    private func isFound(_ replica: RunningServer, by proxy: Proxy) async throws {
      try await eventually("the successor gets requests", within: .seconds(60)) {
        _ = try await load(proxy, requests: 2)
        return try await tokens(replica) > 0 ? () : nil
      }
    }

    /// Requests all at once, streams and whole answers in turn.
    private func load(_ proxy: Proxy, requests: Int = 12) async throws -> [JSON] {
      let calls = (0..<requests).map { index in
        OpenAIClient.Call.completion([
          "prompt": .string("Story \(index): once upon a time"), "max_tokens": 60,
          "stream": .boolean(index % 2 == 0),
          "extra_body": ["ignore_eos": true],
        ])
      }
      return try await OpenAIClient.run(calls, together: true, address: proxy.address)
    }

    private func isWhole(_ answer: JSON) -> Bool {
      let last = answer.events.items.last ?? answer
      return last.choices[0].finish_reason == "length"
    }

    private func isBusy(_ server: RunningServer) async throws {
      try await eventually("it has something to do", within: .seconds(30)) {
        try await Metrics.read(server)["vllm:num_requests_running"] ?? 0 > 1 ? () : nil
      }
    }

    private func tokens(_ server: RunningServer) async throws -> Double {
      try await Metrics.read(server)["vllm:generation_tokens_total"] ?? 0
    }
  }
}

/// HAProxy in front of two replicas, with the configuration that we ship.
private final class Proxy: Sendable {
  let address: String
  private let process: Process

  static func start(_ first: RunningServer, _ second: RunningServer) async throws -> Proxy {
    let process = Process()
    process.executableURL = URL(filePath: try #require(Surroundings.haproxy))
    process.arguments = ["-db", "-f", Surroundings.deploy + "/haproxy/haproxy.cfg"]
    let port = try freePort()
    process.environment = try [
      "KVOTA_BIND": "127.0.0.1:\(port)", "KVOTA_A": "127.0.0.1:\(first.port)",
      "KVOTA_B": "127.0.0.1:\(second.port)",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let proxy = Proxy(address: "http://127.0.0.1:\(port)", process: process)
    try await eventually("an answer through the proxy", within: .seconds(20)) {
      try await Curl.get(proxy.address + "/readyz").status == 200 ? () : nil
    }
    return proxy
  }

  private init(address: String, process: Process) {
    self.address = address
    self.process = process
  }

  func terminate() { process.terminate() }

  /// A port that is free now; HAProxy cannot tell which one it took.
  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    try #require(isBound)
    return UInt16(bigEndian: address.sin_port)
  }
}
