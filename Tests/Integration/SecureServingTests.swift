import CertificateFixtures
import Foundation
import Testing

extension RealClients {
  @Suite("HTTPS")
  struct SecureServingTests {
    private func withServer(
      _ body: (RunningServer, CertificateFiles) async throws -> Void
    ) async throws {
      let files = try await CertificateFiles()
      let flags = ["--tls-cert", files.certificate, "--tls-key", files.key]
      // What is trusted is a copy: tests replace the file itself.
      let trusted = try TemporaryFile.make(Data(contentsOf: URL(filePath: files.certificate)))
      defer { try? FileManager.default.removeItem(at: trusted) }
      try await RunningServer.with(flags, curl: ["--cacert", trusted.path]) { server in
        try #require(server.address.hasPrefix("https://"))
        try await body(server, files)
      }
    }

    @Test("the openai client talks to it with a custom authority, whole and streamed; curl by both versions")
    func clients() async throws {
      try await withServer { server, files in
        let chat: JSON = ["messages": [["role": "user", "content": "Name a colour."]]]
        let answers = try await OpenAIClient.run(
          [.chat(chat), .chat(chat.with(["stream": true])), .completion(["prompt": "The sea is"])],
          together: true, at: server, trusting: files.certificate)
        #expect(answers[0].choices[0].message.content.string?.isEmpty == false)
        #expect(answers[1].events.items.last?.choices[0].finish_reason.string != nil)
        #expect(answers[2].choices[0].text.string?.isEmpty == false)
        for version in ["1.2", "1.3"] {
          let answer = try await Curl.get(
            server.address + "/v1/models",
            server.curlArguments + ["--tlsv\(version)", "--tls-max", version])
          #expect(answer.status == 200)
        }
        let distrusting = try await Curl.run([server.address + "/livez"])
        #expect(distrusting.status == 60, "curl does not know the authority")
        let plain = try await Curl.get(server.address.replacing("https:", with: "http:") + "/livez")
        #expect(plain.status == 400)
        #expect(try plain.json.error.message.string?.contains("use https://") == true)
      }
    }

    @Test("SIGHUP takes a renewed certificate while a stream runs on; a bad one leaves the old")
    func reload() async throws {
      try await withServer { server, files in
        let call = OpenAIClient.Call.completion([
          "prompt": "Once upon a time", "max_tokens": 400, "stream": true,
          "extra_body": ["ignore_eos": true],
        ])
        async let answer = OpenAIClient.run([call], at: server, trusting: server.curlArguments[1])
        try await eventually("the stream runs", within: .seconds(20)) {
          try await Metrics.read(server)["vllm:num_requests_running"] == 1 ? () : nil
        }
        let renewed = try await CertificateFiles()
        try renewed.replace(files)
        server.hangUp()
        try await eventually("the new certificate", within: .seconds(10)) {
          try await Curl.get(server.address + "/livez", ["--cacert", renewed.certificate]).status == 200
            ? () : nil
        }
        try Data("no certificate".utf8).write(to: URL(filePath: files.certificate))
        server.hangUp()
        try await eventually("a line about the bad one", within: .seconds(10)) {
          try server.output.contains("the certificate could not be read again") ? () : nil
        }
        #expect(
          try await Curl.get(server.address + "/livez", ["--cacert", renewed.certificate]).status == 200)
        #expect(try await answer[0].events.items.last?.choices[0].finish_reason == "length")
      }
    }

    @Test("sslscan finds nothing weak", .enabled(if: Surroundings.sslscan != nil, "needs sslscan: make test"))
    func scan() async throws {
      try await withServer { server, _ in
        let target = server.address.replacing("https://", with: "")
        let command = try await Command.run(try #require(Surroundings.sslscan), ["--xml=-", target])
        let report = ScanReport(command.text)
        #expect(report.values("version", of: "protocol", where: ("enabled", "1")) == ["1.2", "1.3"])
        let ciphers = report.values("cipher", of: "cipher")
        #expect(
          Set(ciphers) == [
            "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
            "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
          ])
        // X25519, P-256 and P-384 by the numbers of RFC 8446.
        #expect(Set(report.values("id", of: "group")) == ["0x001d", "0x0017", "0x0018"])
        #expect(Set(report.values("vulnerable", of: "heartbleed")) == ["0"])
        #expect(report.values("supported", of: "renegotiation") == ["0"])
        #expect(report.values("supported", of: "compression", where: ("supported", "1")).isEmpty)
      }
    }
  }

  @Suite("Other sockets")
  struct OtherSocketTests {
    @Test("a Unix socket serves curl and the openai client, and is gone at the end")
    func unixSocket() async throws {
      let path = "/tmp/kvota-\(UInt32.random(in: .min ... .max)).sock"
      try await RunningServer.with(["--host", "unix:\(path)"], curl: ["--unix-socket", path]) { server in
        #expect(
          try await Curl.post("/v1/completions", ["prompt": "The sea is", "max_tokens": 4], at: server).status
            == 200)
        let answers = try await OpenAIClient.run(
          [.completion(["prompt": "The sea is"])], at: server, over: path)
        #expect(answers[0].choices[0].text.string?.isEmpty == false)
      }
      #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("sockets that were handed over are served, all of them, instead of host and port")
    func activation() async throws {
      let path = "/tmp/kvota-\(UInt32.random(in: .min ... .max)).sock"
      defer { try? FileManager.default.removeItem(atPath: path) }
      let launcher = [try #require(Surroundings.python), Surroundings.clients + "/activate.py", path]
      try await RunningServer.with(launcher: launcher) { server in
        #expect(try await Curl.get(server.address + "/livez").status == 200)
        #expect(try await Curl.get("http://localhost/livez", ["--unix-socket", path]).status == 200)
        let output = try server.output
        #expect(output.contains("--host is not used") && output.contains("--port is not used"))
        #expect(output.contains("listens on \(server.address), unix:\(path)"))
      }
      #expect(FileManager.default.fileExists(atPath: path), "it belongs to whoever made it")
    }
  }
}
