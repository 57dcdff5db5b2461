import OpenAIAPI
import Testing
import Tokenizing
import ToolCalling

@testable import Inference
@testable import Serving

@Suite("Calls in an answer")
struct AnswerCallsTests {
  @Test("calls are numbered, and each has an id of nine letters and digits that it keeps")
  func numbers() {
    var calls = AnswerCalls(ToolUse(.hermes, names: ["f"]))
    let call = #"<tool_call>{"name": "f", "arguments": {}}</tool_call>"#
    let parts = calls.finish(TextPiece(text: "Well. " + call + call))
    #expect(parts.text == "Well." && calls.hasCalls && !calls.isComplete)
    var ids: Set<String> = []
    for (index, part) in parts.calls.enumerated() {
      switch part {
      case .begin(let number, let id, let name):
        #expect(number == index / 2 && name == "f" && id.wholeMatch(of: /[A-Za-z0-9]{9}/) != nil)
        ids.insert(id)
      case .arguments(let number, let text): #expect(number == index / 2 && text == "{}")
      }
    }
    #expect(ids.count == 2)
  }

  @Test(
    "a control token that marks calls is read as its text, another is not")
  func controlTokens() throws {
    let tokenizer = try tinyTokenizer()
    // Here <s> stands for a marker: the vocabulary has no other control token.
    var stream = CompletionStream(tokenizer, stops: [], minTokens: 0, shownControlTexts: ["<s>"])
    #expect(stream.push(263).text == "<s>" && stream.push(264).text == "" && stream.push(0x61).text == "a")
  }

  private func read(_ body: String, _ answer: String, _ tools: ToolUse?) throws -> ([TextPiece], ChoiceText) {
    let request = try GenerationRequest(
      GenerationRequest.Wish(
        prompts: [[1]], maxTokens: 999, parameters: completion(body).parameters,
        cache: CacheResolution.cacheRequest(CacheOptions()), tools: tools),
      limits: limits { $0.vocabularySize = 300 })
    var text = ChoiceText(request, choice: 0, tokenizer: try tinyTokenizer())
    var pieces: [TextPiece] = []
    for byte in answer.utf8 where !text.isStopped { pieces.append(text.push(Int32(byte))) }
    pieces.append(text.finish())
    return (pieces, text)
  }

  @Test("where one call is wanted the answer stops behind it; where no tools are, calls are text")
  func stops() throws {
    let answer = #"<tool_call>{"name": "f", "arguments": {}}</tool_call> and more"#
    let (single, text) = try read(
      #"{"prompt": ""}"#, answer, ToolUse(.hermes, names: ["f"], isParallel: false))
    #expect(text.isStopped && text.hasCalls && text.tokens < answer.utf8.count)
    #expect(single.flatMap(\.calls).count > 1 && single.allSatisfy(\.text.isEmpty))
    let (plain, other) = try read(#"{"prompt": ""}"#, answer, nil)
    #expect(plain.map(\.text).joined() == answer && !other.hasCalls)
  }

  @Test("a stop text counts in what the model writes")
  func stopTexts() throws {
    let answer = #"So <tool_call>{"name": "f", "arguments": {"a": "STOP"}}</tool_call>"#
    let (pieces, text) = try read(
      #"{"prompt": "", "stop": ["STOP"]}"#, answer, ToolUse(.hermes, names: ["f"]))
    #expect(text.isStopped && pieces.map(\.text).joined() == "So" && text.hasCalls)
  }

  @Test("pieces are gathered to whole calls")
  func gathered() {
    var choice = WholeChoice<ChatLogprobs>(tellsLogprobs: false)
    choice.append(
      TextPiece(text: "t", calls: [.begin(index: 0, id: "x", name: "f"), .arguments(index: 0, "{")]))
    choice.append(TextPiece(calls: [.arguments(index: 0, "}"), .begin(index: 1, id: "y", name: "g")]))
    #expect(
      choice.calls == [
        ToolCall(id: "x", name: "f", arguments: "{}"), ToolCall(id: "y", name: "g", arguments: ""),
      ])
  }
}
