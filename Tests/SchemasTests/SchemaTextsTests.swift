import Foundation
import Grammars
import OpenAIAPI
import Testing

@testable import Schemas

@Suite("Texts of schemas")
struct SchemaTextsTests {
  static let python = ProcessInfo.processInfo.environment["KVOTA_TEST_PYTHON"]

  @Test("200 schemas become grammars, whose random texts end and are JSON")
  func allAreKeptTo() throws {
    #expect(Schemas200.all.count == 200)
    for (index, schema) in Schemas200.all.enumerated() {
      var texts = try RandomTexts(SchemaGrammar.grammar(of: schema), seed: UInt64(index))
      for _ in 0..<3 {
        let drawn = texts.next()
        let text = try #require(
          drawn, "schema \(index): \(String(decoding: texts.latest.suffix(400), as: UTF8.self))")
        do throws(JSONError) { _ = try JSONParser.parse(text) } catch {
          // Objects without named members may name one twice.
          if case .duplicateName = error.reason { continue }
          Issue.record("schema \(index): \(String(decoding: text, as: UTF8.self)): \(error.description)")
        }
      }
    }
  }

  @Test("random texts of any object begin with a brace, and those that end are JSON")
  func anyObject() throws {
    var texts = try RandomTexts(SchemaGrammar.anyObject, seed: 7)
    for _ in 0..<20 {
      let ended = texts.next()
      #expect(texts.latest.first == UInt8(ascii: "{"))
      guard let ended else { continue }
      do throws(JSONError) { _ = try JSONParser.parse(ended) } catch {
        if case .duplicateName = error.reason { continue }
        Issue.record("\(String(decoding: ended, as: UTF8.self)): \(error.description)")
      }
    }
  }

  @Test("random texts of 200 schemas are valid by Python's jsonschema", .enabled(if: python != nil))
  func validByPython() throws {
    var (lines, ended) = ([UInt8](), 0)
    for (index, schema) in Schemas200.all.enumerated() {
      var texts = try RandomTexts(SchemaGrammar.grammar(of: schema), seed: UInt64(1000 + index))
      for _ in 0..<10 {
        // Now and then a draw goes on and on, say in a string that has yet to match a pattern.
        guard let drawn = texts.next() else { continue }
        ended += 1
        let text = String(decoding: drawn, as: UTF8.self)
        lines += JSONValue.object(["schema": schema, "text": .string(text)]).encoded + [0x0A]
      }
    }
    #expect(ended >= 1950)
    let (input, output) = (Pipe(), Pipe())
    let file = FileManager.default.temporaryDirectory.appending(
      path: "schema-texts-\(UUID().uuidString).jsonl")
    try Data(lines).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.python))
    process.arguments = ["-c", Self.validator, file.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    #expect(String(decoding: said, as: UTF8.self) == "\(ended) valid\n")
    #expect(process.terminationStatus == 0)
  }

  private static let validator = """
    import json, sys, jsonschema
    valid = 0
    for line in open(sys.argv[1]):
        case = json.loads(line)
        try:
            jsonschema.Draft202012Validator(case["schema"]).validate(json.loads(case["text"]))
            valid += 1
        except Exception as error:
            old = isinstance(case["schema"], dict) and isinstance(case["schema"].get("items"), list)
            if old:
                jsonschema.Draft7Validator(case["schema"]).validate(json.loads(case["text"]))
                valid += 1
            else:
                print(case["schema"], case["text"], str(error)[:300])
    print(valid, "valid")
    """
}
