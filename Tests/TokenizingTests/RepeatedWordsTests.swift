import Testing

@testable import Tokenizing

@Suite("Words that a text has had before")
struct RepeatedWordsTests {
  private let text = Array("sea sea see seas".utf8)

  @Test("a word's tokens come again where the word does, and for no other word")
  func copies() throws {
    var words = RepeatedWords(textBytes: text.count)
    var output: [Int32] = [7, 1, 2, 9]
    let first = try #require(words.place(of: 0..<3, in: text))
    #expect(!words.copy(first, of: text, to: &output))
    words.note(first, output, firstToken: 1)
    let again = try #require(words.place(of: 4..<7, in: text))
    #expect(words.copy(again, of: text, to: &output) && output == [7, 1, 2, 9, 1, 2, 9])
    for other in [8..<11, 12..<16, 0..<2] {
      let place = try #require(words.place(of: other, in: text))
      #expect(!words.copy(place, of: text, to: &output))
    }
  }

  @Test("the same text in another stage of cutting is another word")
  func stages() throws {
    var words = RepeatedWords(textBytes: text.count)
    var output: [Int32] = []
    for stage in 0..<3 {
      let place = try #require(words.place(of: 0..<3, in: text, stage: stage))
      #expect(!words.copy(place, of: text, to: &output))
      words.note(place, output, firstToken: 0)
    }
  }

  @Test("long words are not looked for")
  func long() {
    let text = [UInt8](repeating: 0x61, count: 100)
    #expect(RepeatedWords(textBytes: 100).place(of: 0..<65, in: text) == nil)
  }
}
