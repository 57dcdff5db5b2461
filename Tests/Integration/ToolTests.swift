import Foundation
import Testing

extension RealClients {
  /// Calls of functions, from the real client to the real model and back.
  ///
  /// So small a model calls well only what it has been shown: earlier calls of the same function are its examples.
  @Suite("tools")
  struct ToolTests {
    private static let weather: JSON = [
      "type": "function",
      "function": [
        "name": "get_weather", "description": "The weather of a city.",
        "parameters": [
          "type": "object", "required": ["city"], "properties": ["city": ["type": "string"]],
        ],
      ],
    ]

    private static func call(_ city: String) -> [JSON] {
      let call: JSON = [
        "id": "abcdef123", "type": "function",
        "function": ["name": "get_weather", "arguments": .string("{\"city\": \"\(city)\"}")],
      ]
      return [
        ["role": "user", "content": .string("How is the weather in \(city)?")],
        ["role": "assistant", "content": nil, "tool_calls": [call]],
      ]
    }

    private static let question: JSON = {
      let examples = ["Bern", "Paris", "Oslo"].flatMap(call)
      let last: JSON = ["role": "user", "content": "How is the weather in Rome?"]
      return ["max_tokens": 64, "tools": [weather], "messages": .array(examples + [last])]
    }()

    private func server<Result>(
      _ template: String = "hermes", _ body: (RunningServer) async throws -> Result
    ) async throws -> Result {
      try await RunningServer.with(["--chat-template", template], body)
    }

    @Test("a call comes whole and in pieces as the client knows it, and goes back with its result")
    func calls() async throws {
      try await server { server in
        let streaming: JSON = ["stream": true, "stream_options": ["include_usage": true]]
        let answers = try await OpenAIClient.run(
          [
            .chat(Self.question), .chat(Self.question.with(streaming)),
            .chat(Self.question.with(["tool_choice": "none"])),
          ],
          at: server)
        let choice = answers[0].choices[0]
        #expect(choice.finish_reason == "tool_calls" && choice.message.content == .null)
        let call = choice.message.tool_calls[0]
        #expect(call.type == "function" && call.function.name == "get_weather")
        let arguments = try #require(call.function.arguments.string)
        #expect(try JSON.parse(Data(arguments.utf8)).city == "Rome")

        let events = answers[1].events.items
        let parts = events.flatMap { $0.choices[0].delta.tool_calls.items }
        #expect(parts.count > 2 && parts.allSatisfy { $0.index == 0 })
        #expect(parts[0].function.name == "get_weather" && parts[0].id.string?.count == 9)
        #expect(parts.compactMap(\.function.arguments.string).joined() == arguments)
        #expect(events[events.count - 2].choices[0].finish_reason == "tool_calls")

        #expect(answers[2].choices[0].message.tool_calls == .null)
        #expect(answers[2].choices[0].message.content.string?.isEmpty == false)

        let result: [JSON] = [
          ["role": "assistant", "content": nil, "tool_calls": [call]],
          ["role": "tool", "tool_call_id": call.id, "content": "sun"],
        ]
        let more = Self.question.with(["messages": .array(Self.question.messages.items + result)])
        let answer = try await OpenAIClient.run([.chat(more)], at: server)[0]
        #expect(answer.choices[0].message.role == "assistant")
        let (before, after) = (answers[0].usage.prompt_tokens.int, answer.usage.prompt_tokens.int)
        #expect(try #require(after) > #require(before) + 20, "the call and its result are part of the prompt")
      }
    }

    @Test(
      "a forced call comes of a model that has not been shown any, with arguments of its schema, whole and streamed",
      arguments: ["hermes", jsonTemplate])
    func forced(template: String) async throws {
      let clock: JSON = [
        "type": "function",
        "function": [
          "name": "set_clock", "strict": true,
          "parameters": [
            "type": "object", "required": ["hour", "zone"], "additionalProperties": false,
            "properties": [
              "hour": ["type": "integer", "minimum": 0, "maximum": 23], "zone": ["enum": ["utc", "local"]],
            ],
          ],
        ],
      ]
      let question: JSON = [
        "max_tokens": 200, "seed": 5, "tools": [Self.weather, clock],
        "messages": [["role": "user", "content": "Write a poem of the sea."]],
      ]
      let named: JSON = ["tool_choice": ["type": "function", "function": ["name": "set_clock"]]]
      let required: JSON = ["tool_choice": "required", "parallel_tool_calls": false]
      try await server(template) { server in
        let answers = try await OpenAIClient.run(
          [
            .chat(question.with(named)), .chat(question.with(named).with(["stream": true])),
            .chat(question.with(required)),
          ], at: server)
        let choice = answers[0].choices[0]
        #expect(choice.finish_reason == "stop" && choice.message.content == .null)
        #expect(choice.message.tool_calls.items.count == 1)
        let call = choice.message.tool_calls[0].function
        let written = try #require(call.arguments.string)
        let arguments = try JSON.parse(Data(written.utf8))
        let hour = try #require(arguments.hour.int)
        #expect(call.name == "set_clock" && (0...23).contains(hour))
        #expect(["utc", "local"].contains(arguments.zone.string))

        let events = answers[1].events.items
        let parts = events.flatMap { $0.choices[0].delta.tool_calls.items }
        #expect(parts.compactMap(\.function.arguments.string).joined() == written)
        #expect(events.last?.choices[0].finish_reason == "stop")
        #expect(events.allSatisfy { $0.choices[0].delta.content.string?.isEmpty ?? true })

        let other = answers[2].choices[0]
        #expect(other.finish_reason == "tool_calls" && other.message.tool_calls.items.count == 1)
        #expect(["get_weather", "set_clock"].contains(other.message.tool_calls[0].function.name.string))
      }
    }

    /// Writes calls as JSON and nothing else.
    private static let jsonTemplate = """
      {{ tools | tojson }}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}{% for c in m.tool_calls or [] %}\
      {{ {"name": c.function.name, "arguments": c.function.arguments} | tojson }}{% endfor %}<|im_end|>\n{% endfor %}\
      {% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}
      """

    @Test("what cannot be had is refused by its name")
    func refused() async throws {
      let forced = Self.question.with(["tool_choice": "required"])
      let odd: JSON = [
        "type": "function",
        "function": ["name": "f", "parameters": ["properties": ["a": ["not": ["type": "string"]]]]],
      ]
      try await server { server in
        let answers = try await OpenAIClient.run(
          [
            .chat(forced.with(["tools": [Self.weather, odd]])),
            .chat(forced.with(["response_format": ["type": "json_object"]])),
          ], at: server)
        #expect(answers[0].status == 400)
        #expect(answers[0].param == "tools[1].function.parameters.properties.a.not")
        #expect(answers[1].status == 400 && answers[1].param == "response_format.type")
      }
      try await server("chatml") { server in
        let answers = try await OpenAIClient.run([.chat(Self.question)], at: server)
        #expect(answers[0].status == 400 && answers[0].param == "tools")
        #expect(answers[0].message.string?.contains("--chat-template hermes") == true)
      }
    }

    @Test("a template's own refusal is the client's mistake, in its words")
    func raised() async throws {
      try await server("{{ raise_exception('only odd days') }}") { server in
        let answers = try await OpenAIClient.run(
          [.chat(["messages": [["role": "user", "content": "Is it an odd day?"]]])], at: server)
        #expect(answers[0].status == 400 && answers[0].message.string?.contains("only odd days") == true)
      }
    }
  }
}
