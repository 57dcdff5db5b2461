import Foundation
import GGUF
import ModelFixtures
import Testing

@testable import Tokenizing

struct Golden: Decodable {
  let text: String
  let ids: [Int32]
  let decoded: String
}

@Suite("agreement with reference tokenizers") struct GoldenTests {
  @Test("SmolLM2's ids and decoded texts are the reference's", .enabled(if: DefaultModel.isPresent))
  func smolLM2() throws {
    let tokenizer = try Fixtures.tokenizer(path: DefaultModel.path)
    let data = try Data(contentsOf: Fixtures.golden.appendingPathComponent("tokenizer.json"))
    let goldens = try JSONDecoder().decode([Golden].self, from: data)
    #expect(goldens.count > 40)
    for golden in goldens {
      #expect(tokenizer.encode(golden.text, parseSpecial: true) == golden.ids, "\(golden.text)")
      #expect(tokenizer.decode(golden.ids) == golden.decoded)
    }
  }

  @Test("SmolLM2's file names its special tokens", .enabled(if: DefaultModel.isPresent))
  func smolLM2Specials() throws {
    let tokenizer = try Fixtures.tokenizer(path: DefaultModel.path)
    let vocabulary = tokenizer.vocabulary
    #expect(vocabulary.count == 49152)
    #expect(vocabulary.bos == 1 && vocabulary.eos == 2 && vocabulary.padding == 2 && vocabulary.unknown == 0)
    #expect(!tokenizer.addsBOS)
    #expect((Int32(0)..<49152).filter(vocabulary.isEndOfGeneration) == [0, 2])
    #expect(vocabulary.text(of: 1) == "<|im_start|>")
    #expect((Int32(0)..<49152).filter(vocabulary.isSpecial).count == 17)
  }

  @Test(
    "llama.cpp's vocabulary tests give its ids", .enabled(if: Fixtures.hasVocabularies),
    arguments: ["gpt-2", "qwen2", "llama-bpe", "deepseek-llm", "llama-spm", "phi-3"])
  func vocabularyFiles(name: String) throws {
    let path = Fixtures.vocabularies.appendingPathComponent("ggml-vocab-\(name).gguf").path
    let tokenizer = try Fixtures.tokenizer(path: path)
    let texts = try String(contentsOfFile: path + ".inp", encoding: .utf8)
      .components(separatedBy: "\n__ggml_vocab_test__\n")
    let expected = try String(contentsOfFile: path + ".out", encoding: .utf8).components(separatedBy: "\n")
    #expect(texts.count > 40)
    for (text, line) in zip(texts, expected) {
      let ids = line.split(separator: " ").compactMap { Int32($0) }
      #expect(tokenizer.encode(text, parseSpecial: false) == ids, "\(text.debugDescription)")
    }
  }
}
