import GGUF
import ModelFixtures
import OpenAIAPI
import Testing
import Tokenizing

@testable import Serving

@Suite struct MessagePlacesTests {
  private let tokenizer: Tokenizer

  init() throws { tokenizer = try tinyTokenizer() }

  private func places(_ template: String?, _ json: String, _ tokenizer: Tokenizer? = nil) throws -> Found {
    let tokenizer = tokenizer ?? self.tokenizer
    let messages = try RequestDecoding.chatCompletion(Array(#"{"messages": \#(json)}"#.utf8)).messages
    let prompt = try ConversationPrompt(template: template, tokenizer: tokenizer)
    let text = try prompt.text(messages, nowSeconds: 0)
    return Found(
      tokens: prompt.tokens(text, tokenizer: tokenizer), tokenizer: tokenizer,
      places: try prompt.places(of: messages, in: text, nowSeconds: 0, tokenizer: tokenizer))
  }

  /// Places, and what tokens lie there.
  private struct Found {
    let tokens: [Int32]
    let tokenizer: Tokenizer
    let places: MessagePlaces

    func texts(_ pin: RequestedPin) throws -> [String] {
      try places.spans(of: pin).map { tokenizer.decode(Array(tokens[$0])) }
    }

    func turns() throws -> [String] { try places.turns().map { tokenizer.decode(Array(tokens[$0])) } }
  }

  private let dialogue = """
    [{"role": "system", "content": "hello"}, {"role": "user", "content": " ab é\\n"}, \
    {"role": "assistant", "content": "lo"}, {"role": "user", "content": "hello hello"}]
    """
  private let tagged = "{% for m in messages %}<s>{{ m.role }}:{{ m.content | trim }}</s>{% endfor %}<s>bot:"

  @Test("a message is its text and what the template writes around it, up to its neighbours' texts")
  func neighbours() throws {
    let found = try places(tagged, dialogue)
    #expect(try found.texts(.message(0)) == ["<s>system:hello</s><s>user:"])
    #expect(try found.texts(.message(1)) == ["</s><s>user:ab é</s><s>assistant:"])
    #expect(try found.texts(.message(-1)) == ["</s><s>user:hello hello</s><s>bot:"])
    #expect(try found.texts(.role(.user)).count == 2)
    #expect(try found.texts(.role(.tool)) == [])
    #expect(try found.places.spans(of: .tokens(3..<5)) == [3..<5])
  }

  @Test("turns end with each message's own text and cover the prompt up to the last one's")
  func turns() throws {
    #expect(
      try places(tagged, dialogue).turns() == [
        "<s>system:hello", "</s><s>user:ab é", "</s><s>assistant:lo", "</s><s>user:hello hello",
      ])
  }

  @Test("system and developer are one role")
  func developer() throws {
    let json = #"[{"role": "developer", "content": "ab"}, {"role": "user", "content": "lo"}]"#
    for role in [ChatMessage.Role.system, .developer] {
      #expect(try places(tagged, json).texts(.role(role)) == ["<s>system:ab</s><s>user:"])
    }
  }

  @Test("the default format is understood")
  func chatML() throws {
    #expect(
      try places(nil, dialogue).texts(.role(.system)) == [
        "<|im_start|>system\nhello<|im_end|>\n<|im_start|>user\n "
      ])
  }

  @Test(
    "a template that puts the system's message into the user's, last things first, JSON, or a text twice, is followed"
  )
  func rearranged() throws {
    let merging = """
      {% set system = messages[0].content %}{% for m in messages[1:] %}{% if loop.first %}{% set text = '<<' + system + '>>' \
      + m.content %}{% else %}{% set text = m.content %}{% endif %}[{{ text.strip() }}]{% endfor %}
      """
    #expect(try places(merging, dialogue).texts(.role(.system)) == ["[<<hello>> "])
    let reversing = "{% for m in messages | reverse %}[{{ m.content }}]{% endfor %}"
    #expect(try places(reversing, dialogue).texts(.role(.system)) == ["\n][hello]"])
    #expect(
      try places("{{ messages[:2] | tojson }}", dialogue).texts(.message(1)) == [
        #""}, {"role": "user", "content": " ab é\n"}]"#
      ])
    let doubling = "{{ messages[0].content }}|{% for m in messages %}{{ m.content }}|{% endfor %}"
    #expect(try places(doubling, dialogue).texts(.message(0)) == ["hello|hello| "])
  }

  @Test("a message of which the template takes a part is still found by the mark that is left")
  func halves() throws {
    let thinking = "{% for m in messages %}[{{ m.content.split('</t>')[-1] }}]{% endfor %}"
    let json = #"[{"role": "user", "content": "ab"}, {"role": "assistant", "content": "x</t>lo"}]"#
    #expect(try places(thinking, json).texts(.message(1)) == ["][lo]"])
  }

  @Test("what the template leaves out cannot be pinned, the rest can")
  func leftOut() throws {
    let found = try places("{% for m in messages[1:] %}[{{ m.content }}]{% endfor %}", dialogue)
    let error = #expect(throws: APIError.self) { try found.texts(.role(.system)) }
    #expect(error?.status == 400 && error?.param == "kv_cache.pins" && error?.code == "invalid_value")
    #expect(error?.message.contains("message 0 cannot be found") == true)
    #expect(try found.texts(.message(2)).count == 1)
    #expect(try found.turns().count == 3)
  }

  @Test(
    "where marks change what the template writes, nothing is found rather than something wrong",
    arguments: [
      "{% for m in messages %}{% if m.content.startswith('hello') %}!{% endif %}{{ m.content }}{% endfor %}",
      "{% for m in messages %}{{ m.content | length }}{{ m.content }}{% endfor %}",
      "{% for m in messages %}{{ m.content[:3] }}{% endfor %}",
    ])
  func changedByMarks(template: String) throws {
    let found = try places(template, dialogue)
    #expect(throws: APIError.self) { try found.texts(.message(0)) }
    let error = #expect(throws: APIError.self) { try found.turns() }
    #expect(error?.param == "kv_cache.fair")
  }

  @Test("a number that no message has is refused with how many there are", arguments: [4, -5, .max, -.max])
  func outside(number: Int) throws {
    let found = try places(tagged, dialogue)
    let error = #expect(throws: APIError.self) { try found.texts(.message(number)) }
    #expect(error?.message.contains("message \(number)") == true && error?.message.contains("has 4") == true)
  }

  @Test("an empty message has nothing to pin", arguments: ["", " \\n\\t "])
  func empty(text: String) throws {
    let found = try places(
      tagged, #"[{"role": "system", "content": "\#(text)"}, {"role": "user", "content": "ab"}]"#)
    #expect(try found.texts(.role(.system)) == [])
    #expect(try found.texts(.message(1)) == ["<s>system:</s><s>user:ab</s><s>bot:"])
  }

  @Test("control texts and marks in messages, and a begin token that is not the template's, shift nothing")
  func shifts() throws {
    let tokenizer = try tinyTokenizer(adding: [("tokenizer.ggml.add_bos_token", .bool(true))])
    let mark = String(decoding: [0xEF, 0xB7, 0x92, 0xEF, 0xB7, 0xA1], as: UTF8.self)
    let json = """
      [{"role": "system", "content": "<s>ab</s>\(mark)"}, {"role": "user", "content": "</s>"}, {"role": "user", "content": "lo"}]
      """
    let found = try places("|" + tagged, json, tokenizer)
    #expect(found.tokens[0] == 263)
    #expect(try found.texts(.message(1)) == ["</s><s>user:</s></s><s>user:"])
    #expect(try found.texts(.message(0)) == ["|<s>system:<s>ab</s>\u{FFFD}\u{FFFD}</s><s>user:"])
  }

  @Test(
    "spaces that a SentencePiece tokenizer adds, and white space that control tokens swallow, shift nothing")
  func ownSpaces() throws {
    var builder = TinySentencePieces.metadata()
    builder.metadata.append((SwallowingTokens.key, .int32s([2])))
    let file = try TemporaryFile(builder.bytes())
    let tokenizer = try Tokenizer(metadata: GGUFFile(path: file.path).metadata)
    let template = "{% for m in messages %}<s>{{ m.role }}: {{ m.content }}</s> \n{% endfor %}<s>bot:"
    let json = #"[{"role": "system", "content": "hello </s> x"}, {"role": "user", "content": "ab é"}]"#
    let found = try places(template, json, tokenizer)
    // The next message's first letter is of the same token as the space before it.
    #expect(try found.texts(.message(0)) == ["<s> system: hello </s> x</s><s> user: a"])
    #expect(try found.texts(.message(1)) == ["</s><s> user: ab é</s><s> bot:"])
  }

  @Test("more messages than one digit counts are told apart")
  func many() throws {
    let messages = (0..<300).map { #"{"role": "user", "content": "m\#($0)"}"# }.joined(separator: ",")
    let found = try places("{% for m in messages %}[{{ m.content }}]{% endfor %}", "[\(messages)]")
    for number in [0, 1, 15, 16, 17, 255, 256, 299] {
      let closing = number == 299 ? "]" : "]["
      let opening = number == 0 ? "[" : "]["
      #expect(try found.texts(.message(number)) == ["\(opening)m\(number)\(closing)"])
    }
  }
}
