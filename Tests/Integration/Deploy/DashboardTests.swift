import Foundation
import Testing

extension RealClients {
  @Suite("what others read of the metrics")
  struct DashboardTests {
    @Test(
      "Prometheus' own checker finds nothing wrong but names that are vLLM's and llama-server's",
      .enabled(if: Surroundings.promtool != nil, "needs promtool, which make test fetches"))
    func promtool() async throws {
      let page = try await Curl.get(RealClients.server.address + "/metrics")
      #expect(page.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
      let command = try await Command.run(
        try #require(Surroundings.promtool), ["check", "metrics"], input: page.body)
      let complaints = (command.text + command.errors).split(separator: "\n")
        .filter { !$0.hasPrefix("vllm:") && !$0.hasPrefix("llamacpp:") }
      #expect(complaints.isEmpty, "\(complaints)")
      let broken = try await Command.run(
        try #require(Surroundings.promtool), ["check", "metrics"], input: Data("a{b=c} 1\n".utf8))
      #expect(broken.status == 1)
    }

    @Test(
      "every metric that a dashboard or the autoscaler asks for is there, before the first request",
      arguments: ["grafana/kvota.json", "kubernetes/autoscaling.yaml"])
    func asked(_ file: String) async throws {
      let text = try String(contentsOfFile: "\(Surroundings.deploy)/\(file)", encoding: .utf8)
      let asked = Set(
        text.matches(of: /\b(?:(?:vllm|llamacpp):|kvota_|process_)[a-z0-9_]+/).map { String($0.output) })
      #expect(!asked.isEmpty)
      try await RunningServer.with { server in
        let metrics = try await Metrics.read(server)
        for name in asked { #expect(metrics[name] != nil, "\(name)") }
      }
    }

    @Test(
      "the autoscaler asks for what runs and waits on all replicas of its model together",
      .enabled(if: Surroundings.promtool != nil, "needs promtool, which make test fetches"))
    func autoscaler() async throws {
      let manifest = try String(
        contentsOfFile: Surroundings.deploy + "/kubernetes/autoscaling.yaml", encoding: .utf8)
      let query = try #require(manifest.firstMatch(of: /query: (.+)/)).output.1
      let series = [
        ("running", RunningServer.model, "a", 32), ("waiting", RunningServer.model, "a", 7),
        ("running", RunningServer.model, "b", 30), ("waiting", RunningServer.model, "b", 0),
        ("running", "another", "c", 5), ("waiting", "another", "c", 5),
      ].map { state, model, instance, value -> JSON in
        let name = #"vllm:num_requests_\#(state){model_name="\#(model)", instance="\#(instance)"}"#
        return ["series": .string(name), "values": .string("\(value)")]
      }
      let expected: JSON = [
        "expr": .string(String(query)), "exp_samples": [["labels": "{}", "value": 69]],
      ]
      let tests: JSON = [
        "tests": [["input_series": .array(series), "promql_expr_test": [expected]]]
      ]
      let file = try TemporaryFile.make(tests.encoded())
      defer { try? FileManager.default.removeItem(at: file) }
      let command = try await Command.run(
        try #require(Surroundings.promtool), ["test", "rules", file.path])
      #expect(command.status == 0, "\(command.text)\(command.errors)")
    }

    @Test("the dashboard is JSON with a title and a query in every panel")
    func dashboard() throws {
      let dashboard = try JSON.parse(
        try Data(contentsOf: URL(filePath: Surroundings.deploy + "/grafana/kvota.json")))
      let panels = dashboard.panels.items.filter { $0.type != "row" }
      #expect(panels.count > 8)
      for panel in panels {
        #expect(panel.title.string?.isEmpty == false)
        #expect(!panel.targets.items.isEmpty && panel.targets.items.allSatisfy { $0.expr.string != nil })
      }
      #expect(Set(dashboard.panels.items.map(\.id)).count == dashboard.panels.items.count)
    }
  }
}
