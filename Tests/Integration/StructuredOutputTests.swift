import Foundation
import Testing

extension RealClients {
  @Suite("structured output")
  struct StructuredOutputTests {
    private static let question = "Is the sea blue? Answer with one word."

    private static func ask(_ fields: JSON) async throws -> JSON {
      let call: JSON = [
        "model": .string(RunningServer.model), "max_tokens": 64, "temperature": 0,
        "messages": [["role": "user", "content": .string(question)]],
      ]
      return try await Curl.post("/v1/chat/completions", call.with(fields)).json
    }

    private static func text(_ fields: JSON) async throws -> String {
      let answer = try await ask(fields)
      return try #require(answer.choices[0].message.content.string, "\(answer)")
    }

    @Test("answers by 200 schemas are valid by Python's jsonschema", .timeLimit(.minutes(6)))
    func schemas() async throws {
      let path = Surroundings.clients + "/../../SchemasTests/Golden/schemas.json"
      let result = try await Script.run("structured", ["what": "schemas", "schemas": .string(path)])
      #expect(result.wrong == [])
      let (stopped, cut) = (try #require(result.stopped.int), try #require(result.cut.int))
      #expect(stopped + cut == 200)
      // The rest wanted more tokens than it was given.
      #expect(stopped >= 120)
    }

    @Test("the openai package's parse and stream helpers and Instructor get objects of a Pydantic class")
    func helpers() async throws {
      let made = try await Script.run("structured", ["what": "helpers"])
      #expect(made.parsed.kind == "cat" || made.parsed.kind == "dog")
      #expect(made.streamed == made.parsed)
      #expect(made.instructor.name.string?.isEmpty == false)
      #expect(made.partial == made.instructor && (made.parts.int ?? 0) > 5)
    }

    @Test(
      "every way to say what the text has to be is kept to",
      arguments: [
        (["grammar": "root ::= \"yes\" | \"no\""], ["yes", "no"]),
        (["guided_choice": ["perhaps", "never"]], ["perhaps", "never"]),
        (["guided_regex": "[0-9]{3}x"], []),
        (["structured_outputs": ["regex": "[0-9]{3}x"]], []),
        (["guided_grammar": "root ::= \"a\" \"é\"{3}"], ["aééé"]),
        (["guided_json": "{\"const\": 7}"], ["7"]),
        (["json_schema": ["enum": [1, 2]]], ["1", "2"]),
        (["structured_outputs": ["json": ["enum": ["日本"]]]], ["\"日本\""]),
        (["response_format": ["type": "json_object", "schema": ["const": JSON.null]]], ["null"]),
      ] as [(JSON, [String])])
    func ways(fields: JSON, texts: [String]) async throws {
      let answer = try await Self.ask(fields)
      let text = try #require(answer.choices[0].message.content.string, "\(answer)")
      #expect(answer.choices[0].finish_reason == "stop")
      if texts.isEmpty {
        #expect(text.wholeMatch(of: /[0-9]{3}x/) != nil, "\(text)")
      } else {
        #expect(texts.contains(text))
      }
    }

    @Test("json_object begins an object, and a text that the limit cuts is the beginning of one")
    func anyObject() async throws {
      let answer = try await Self.ask(["response_format": ["type": "json_object"], "max_tokens": 5])
      #expect(answer.choices[0].message.content.string?.hasPrefix("{") == true)
      #expect(answer.choices[0].finish_reason == "length")
      let free = try await Self.ask(["response_format": ["type": "text"]])
      #expect(free.choices[0].message.content.string?.isEmpty == false)
    }

    /// Without members, which these tests would send in any order.
    private static let pet: JSON = [
      "type": "array", "items": false, "minItems": 3,
      "prefixItems": [
        ["type": "string", "maxLength": 20], ["type": "integer", "minimum": 0, "maximum": 99],
        ["type": "array", "items": ["enum": ["big", "small", "old"]], "maxItems": 3],
      ],
    ]
    private static let format: JSON = [
      "response_format": [
        "type": "json_schema", "json_schema": ["name": "pet", "schema": pet, "strict": true],
      ]
    ]

    @Test("guesses ahead, log-probabilities, a stream and another cache change nothing of the text")
    func sameText() async throws {
      let plain = try await Self.text(Self.format)
      _ = try JSON.parse(Data(plain.utf8))
      #expect(try await Self.text(Self.format.with(["speculate": 8])) == plain)
      let scored = try await Self.ask(Self.format.with(["logprobs": true, "top_logprobs": 2]))
      #expect(scored.choices[0].message.content.string == plain)
      #expect(scored.choices[0].logprobs.content.items.map { $0.token.string ?? "" }.joined() == plain)
      let calls = [
        OpenAIClient.Call.chat(
          Self.format.with([
            "messages": [["role": "user", "content": .string(Self.question)]], "max_tokens": 64,
            "stream": true,
          ]))
      ]
      let streamed = try await OpenAIClient.run(calls)[0].events.items
      #expect(streamed.compactMap { $0.choices[0].delta.content.string }.joined() == plain)
    }

    @Test("each choice has a text of the schema, drawn by its own seed, the same alone and in company")
    func company() async throws {
      let drawn = Self.format.with(["temperature": 1.5, "seed": 11])
      let answer = try await Self.ask(drawn.with(["n": 4]))
      let texts = answer.choices.items.compactMap(\.message.content.string)
      #expect(Set(texts).count > 1)
      for (index, text) in texts.enumerated() {
        #expect(try await Self.text(drawn.with(["seed": .number(Double(11 + index))])) == text)
        if answer.choices[index].finish_reason == "stop" {
          #expect(try JSON.parse(Data(text.utf8)).items.count == 3)
        }
      }
    }

    @Test(
      "what cannot be had is refused with its field",
      arguments: [
        (["grammar": "root ::= x"], "grammar"), (["guided_regex": "(a"], "guided_regex"),
        (["response_format": ["type": "xml"]], "response_format.type"),
        (["response_format": ["type": "json_schema"]], "response_format.json_schema"),
        (["json_schema": ["properties": ["a": ["not": [:]]]]], "json_schema.properties.a.not"),
        (["grammar": "root ::= \"a\"", "guided_choice": ["a"]], "guided_choice"),
        (["grammar": "root ::= \"a\"", "ignore_eos": true], "ignore_eos"),
        (["grammar": "root ::= \"a\"", "min_tokens": 3], "min_tokens"),
        (["structured_outputs": ["xml": true]], "structured_outputs.xml"),
      ] as [(JSON, String)])
    func refusals(fields: JSON, param: String) async throws {
      let error = try await Self.ask(fields).error
      #expect(error.param.string == param, "\(error)")
      #expect(error.type == "invalid_request_error")
    }
  }
}
