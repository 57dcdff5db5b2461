import Foundation
import Testing

extension RealClients {
  @Suite(
    "the page, in a real browser",
    .enabled(
      if: FileManager.default.fileExists(atPath: "/usr/bin/chromedriver"), "needs Debian's chromium-driver"))
  struct PageTests {
    private func use(_ server: RunningServer) async throws -> JSON {
      let folder = ProcessInfo.processInfo.environment["KVOTA_TEST_SCREENSHOTS"]
      let session: JSON = [
        "address": .string(server.address), "screenshots": folder.map(JSON.string) ?? .null,
      ]
      let command = try await Command.run(
        try #require(Surroundings.python), [Surroundings.clients + "/page.py"], input: session.encoded())
      try #require(command.status == 0, "\(command.errors)")
      return try JSON.parse(command.output)
    }

    private static let samplingFields: Set = [
      "frequency_penalty", "ignore_eos", "logit_bias", "max_tokens", "min_p", "min_tokens",
      "presence_penalty",
      "repetition_penalty", "seed", "stop", "stop_token_ids", "temperature", "top_k", "top_p", "typical_p",
    ]

    /// The slots and tokens that a pane's facts and its live view tell of agree.
    private func expectAgreement(_ pane: JSON) throws {
      #expect(pane.facts.resident.string == "\(try #require(pane.counts.resident.string)) slots")
      #expect(pane.facts.evicted.string == "\(try #require(pane.counts.evicted.string)) slots")
      let fed = try #require(pane.counts.fed.string.flatMap { Int($0) })
      let tokens = try #require(pane.tokens.int)
      #expect((fed...fed + 1).contains(tokens), "the last token may not have been fed")
    }

    @Test("a person can complete, compare, stop, chat and copy; nothing is blocked or fails in the browser")
    func everything() async throws {
      try await RunningServer.with(["--kv-events", "on"]) { server in
        let seen = try await use(server)
        let completion = seen.completion
        try expectAgreement(completion)
        #expect(completion.counts.resident == "64" && completion.facts.answer == "60 tokens")
        let share = if case .number(let share) = completion.share { share } else { 0.0 }
        #expect(abs(share - 64) < 1, "the shades add up to the slots that a head holds: \(share)")
        #expect(completion.facts.policy == "roco")

        #expect(seen.curl.status == 0 && seen.curl.text == completion.text)
        let line = try #require(seen.curl.line.string)
        #expect(line.hasPrefix("curl --no-buffer '\(server.address)/v1/completions'"))
        #expect(
          line.contains(#"It'\''s called"#) && line.contains(#""kv_cache":{"policy":"roco","budget":64}"#))

        #expect(seen.token.squares == 90)
        let held = try #require(seen.token.held.int)
        #expect(try #require(seen.token.about.string).contains("at 3: held by \(held) of 90 heads"))

        #expect(
          try #require(seen.pointed.about.string).contains("at 9: held by") && seen.pointed.squares == 90)
        #expect(Set(seen.fields.items.compactMap(\.string)) == Self.samplingFields)
        #expect(seen.biased.before != seen.biased.after)

        for pane in seen.compared.items { try expectAgreement(pane) }
        #expect(seen.compared[0].text == completion.text && seen.compared[1].facts.policy == "streaming")
        let differ: JSON = seen.compared[0].text == seen.compared[1].text ? 0 : 1
        #expect(seen.compared.items.allSatisfy { $0.differing == differ && $0.marked == differ })
        #expect(seen.theme == "dark")
        #expect(seen.kept.policies.items == ["roco", "streaming"] && seen.kept.prompt == true)

        #expect(try #require(seen.stopped.text.string).count > 40)
        #expect(try #require(seen.refused.error.string).contains("budget") && seen.refused.invalid == "true")
        #expect(seen.chat.turns.items == ["user", "assistant", "user"])
        try expectAgreement(seen.chat)

        #expect(seen.narrow.width == 360, "nothing is wider than a phone")
        #expect(seen.narrow.unlabelled.items.isEmpty)
        let refusals = seen.console.items.compactMap(\.string).filter { !$0.contains("status of 400") }
        #expect(refusals.isEmpty, "the browser complains of what the server refused, and of nothing else")
      }
    }

    @Test(
      "where there are keys the page opens with one as the browser's password, and works with one in its field"
    )
    func key() async throws {
      let key = "sk-page-0123456789abcdef"
      try await RunningServer.with(environment: ["KVOTA_API_KEY": key]) { server in
        let session: JSON = ["address": .string(server.address), "key": .string(key)]
        let command = try await Command.run(
          try #require(Surroundings.python), [Surroundings.clients + "/page_key.py"], input: session.encoded()
        )
        try #require(command.status == 0, "\(command.errors)")
        let seen = try JSON.parse(command.output)
        #expect(seen.prompts == 0, "nothing of the page without a key")
        #expect(seen.opened == "An API key is needed.")
        #expect(seen.ready == "smollm2-135m-instruct")
        let complaints = seen.console.items.compactMap(\.string)
        #expect(
          complaints.allSatisfy { $0.contains("status of 401") }, "of the missing key, and of nothing else")
      }
    }

    @Test("the page and its files come with a policy that allows no others, and are not sent twice")
    func headers() async throws {
      let address = try RealClients.server.address
      let page = try await Curl.get(address + "/")
      #expect(page.status == 200 && page.headers["content-type"] == "text/html; charset=utf-8")
      #expect(
        page.headers["x-content-type-options"] == "nosniff"
          && page.headers["referrer-policy"] == "no-referrer")
      let policy = try #require(page.headers["content-security-policy"])
      #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"))
      let names = page.text.matches(of: /(?:src|href)="(page\/[^"]+)"/).map { String($0.output.1) }
      #expect(Set(names) == ["page/icon.svg", "page/style.css", "page/app.js"])
      for name in names {
        let file = try await Curl.get("\(address)/\(name)")
        #expect(file.status == 200)
        let tag = try #require(file.headers["etag"])
        let again = try await Curl.get("\(address)/\(name)", ["--header", "if-none-match: \(tag)"])
        #expect(again.status == 304 && again.body.isEmpty)
      }
      #expect(try await Curl.get(address + "/page/secret.js").status == 404)
    }
  }
}
