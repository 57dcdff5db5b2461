import Foundation
import GGUF
import ModelFixtures
import Testing
import Tokenizing

@testable import Safetensors

@Suite("tokenizer.json") struct TokenizerFileTests {
  private func tokenizer(_ name: String) throws -> Tokenizer {
    let path = Goldens.folder.appendingPathComponent("\(name)/tokenizer.json").path
    let pairs = try TokenizerFile(JSONFile(path: path)).metadata()
    let file = try TemporaryFile(GGUFBuilder(metadata: pairs).bytes())
    return try Tokenizer(metadata: GGUFFile(path: file.path).metadata)
  }

  @Test("its tokens are those of Hugging Face's own library", arguments: ["llama", "prepend", "metaspace"])
  func goldens(name: String) throws {
    let (goldens, tokenizer) = (try Goldens.read(), try tokenizer(name))
    let ids = try #require(goldens.ids[name])
    #expect(goldens.texts.count > 60)
    for (text, expected) in zip(goldens.texts, ids) {
      #expect(tokenizer.encode(text, parseSpecial: true) == expected, "\(text.debugDescription)")
    }
  }

  @Test("texts that Swift's strings hold for equal are tokens of their own")
  func canonicalEquivalents() throws {
    let json =
      #"{"added_tokens": [], "model": {"type": "BPE", "vocab": {"\u00e9": 0, "e\u0301": 1}, "merges": []}}"#
    let list = try TokenList(
      JSONFile(path: "t", bytes: Array(json.utf8)),
      model: JSONFile(path: "t", bytes: Array(#"{"vocab": {"\u00e9": 0, "e\u0301": 1}}"#.utf8)),
      isByteLevel: false)
    #expect(list.texts.count == 2 && list.token("e\u{301}") == 1 && list.token("\u{e9}") == 0)
  }

  @Test("numbers out of all proportion ask for no memory", arguments: [-1, 1_000_000_000, Int.max])
  func proportion(number: Int) throws {
    let model = try JSONFile(path: "t", bytes: Array(#"{"vocab": {"a": \#(number)}}"#.utf8))
    let error = #expect(throws: SafetensorsError.self) {
      try TokenList(JSONFile(path: "t", bytes: Array("{}".utf8)), model: model, isByteLevel: true)
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("0 to"))
  }
}
