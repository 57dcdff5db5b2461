import Foundation
import Testing

@testable import OpenAIAPI

@Suite("JSON")
struct JSONParserTests {
  private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse([UInt8](text.utf8)) }

  private func reason(_ text: String) -> JSONError.Reason? {
    do throws(JSONError) {
      _ = try JSONParser.parse([UInt8](text.utf8))
      return nil
    } catch {
      return error.reason
    }
  }

  @Test("integers, other numbers and booleans stay apart")
  func kinds() throws {
    #expect(
      try parse("[1, 1.0, -0, 1e2, true, null, 9223372036854775808]") == [
        1, 1.0, 0, 100.0, true, nil, .number(9_223_372_036_854_775_808),
      ])
  }

  @Test("escapes are resolved, surrogate pairs joined")
  func escapes() throws {
    #expect(try parse(#""a\n\t\"\\\/\u00e9\ud83d\ude00\u0000""#) == .string("a\n\t\"\\/é😀\0"))
  }

  @Test(
    "what is not JSON is refused",
    arguments: [
      "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "-", "1e", "nul", "NaN",
      "Infinity",
      "\"", "\"\\x\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "[1 2]", "{\"a\" 1}",
      "1 2",
      "'a'", "// c\n1", "\"\\u12g4\"", "\u{FEFF}1",
    ])
  func refused(text: String) {
    #expect(reason(text) != nil)
  }

  @Test("an error tells the byte at which it is")
  func position() {
    #expect(
      throws: JSONError(reason: .unexpectedByte(UInt8(ascii: "x"), expected: "a JSON value"), offset: 6)
    ) {
      try parse(#"{"a": x}"#)
    }
  }

  @Test("a number beyond Double is refused, not infinite")
  func overflow() {
    #expect(reason("1e999") == .numberOutOfRange("1e999"))
  }

  @Test("a name that appears twice is refused")
  func duplicates() {
    #expect(reason(#"{"a":1,"b":{"a":2},"a":3}"#) == .duplicateName("a"))
  }

  @Test(
    "combining marks in a row are bounded, in names too: to compare such texts takes the square of their number"
  )
  func marks() throws {
    let most = "a" + String(repeating: "\u{301}\u{316}", count: 64)
    #expect(try parse("[\"\(most)b\(most)\"]") == [.string(most + "b" + most)])
    let more = most + "\u{301}"
    for text in ["[1, \"\(more)\"]", "{\"x\(more)\": 1}", #"["\#(most)\u0316"]"#] {
      #expect(reason(text) == .tooManyMarks(limit: 128))
    }
    let far = "\u{1F1E6}" + String(repeating: "\u{20D0}", count: 129)
    #expect(reason("\"\(far)\"") == .tooManyMarks(limit: 128))
  }

  @Test("bytes that are not UTF-8 are refused")
  func invalidUTF8() {
    for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] {
      #expect(throws: JSONError(reason: .invalidUTF8, offset: 1)) {
        try JSONParser.parse([0x22] + bytes + [0x22])
      }
    }
  }

  @Test("64 levels are taken, 65 are not, and brackets in strings are no levels")
  func depth() throws {
    func nest(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try parse(nest(64))
    #expect(reason(nest(65)) == .tooDeep(limit: 64))
    #expect(throws: JSONError.self) { try JSONParser.parse(Array(nest(4).utf8), depth: 3) }
    #expect(throws: Never.self) { try JSONParser.parse(Array(nest(256).utf8), depth: JSONParser.mostDepth) }
    #expect(reason(String(repeating: "{\"a\":", count: 100_000)) == .tooDeep(limit: 64))
    _ = try parse("\"" + String(repeating: "[", count: 1000) + "\"")
  }

  @Test("what is written is read back by us and by Foundation alike")
  func roundTrip() throws {
    let value: JSONValue = [
      "text": "quote \" backslash \\ line\nreturn\r tab\t bell\u{7} nul\0 del\u{7F} é 😀 \u{2028}",
      "list": [1, -2.5, nil],
      "empty": [:], "big": .integer(Int.min), "small": 1e-300, "yes": true,
    ]
    #expect(try JSONParser.parse(value.encoded) == value)
    let foundation = try JSONSerialization.jsonObject(with: Data(value.encoded)) as? [String: Any]
    #expect(
      foundation?["text"] as? String
        == "quote \" backslash \\ line\nreturn\r tab\t bell\u{7} nul\0 del\u{7F} é 😀 \u{2028}")
    #expect(foundation?["big"] as? Int == Int.min)
  }

  @Test("a number that is not finite is written as null")
  func notFinite() {
    #expect(JSONValue.array([.number(.nan), .number(.infinity)]).encoded == [UInt8]("[null,null]".utf8))
  }
}
