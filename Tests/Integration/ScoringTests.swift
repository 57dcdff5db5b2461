import Testing

extension RealClients {
  @Suite("lm-evaluation-harness")
  struct ScoringTests {
    @Test("scores choices as the echo of each does, and as the model does when it is made to write them")
    func full() async throws {
      for backend in ["local-completions", "gguf"] {
        let scores = try await Script.run("lm_eval_scores", ["backend": .string(backend), "writes": true])
          .items
        try #require(scores.count == 8)
        for score in scores {
          expectEqual(score.harness, score.echo, backend)
          expectEqual(score.written, score.echo, backend)
        }
        #expect(scores.contains { $0.greedy == true } && scores.contains { $0.greedy == false })
      }
    }

    @Test("scores choices under a budget as the echo under that budget does")
    func budget() async throws {
      let full = try await Script.run("lm_eval_scores", ["backend": "local-completions"]).items
      let named: JSON = ["backend": "local-completions", "model": .string("\(RunningServer.model)@roco-256")]
      let small = try await Script.run("lm_eval_scores", named).items
      for score in small { expectEqual(score.harness, score.echo, "roco") }
      // Short questions fit the budget, the long one does not.
      for (small, full) in zip(small, full).prefix(6) { expectEqual(small.harness, full.harness, "short") }
      #expect(Array(zip(small, full)).suffix(2).allSatisfy { $0.harness != $1.harness })
      // That client cannot name a model: there the server's default is the budget.
      try await RunningServer.with(["--kv-policy", "roco", "--kv-budget", "256"]) { server in
        for (score, other) in zip(
          try await Script.run("lm_eval_scores", ["backend": "gguf"], at: server).items, small)
        {
          expectEqual(score.harness, score.echo, "gguf")
          expectEqual(score.harness, other.harness, "gguf")
        }
      }
    }

    private func expectEqual(_ a: JSON, _ b: JSON, _ what: String) {
      guard case .number(let a) = a, case .number(let b) = b else {
        Issue.record("\(what): no numbers in \(a), \(b)")
        return
      }
      #expect(abs(a - b) < 1e-3, "\(what)")
    }
  }
}
