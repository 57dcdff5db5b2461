import Foundation
import Logging
import OpenAIAPI
import Testing

@testable import Serving

@Suite struct LineLogHandlerTests {
  private func line(
    _ format: LogFormat,
    _ metadata: Logger.Metadata = ["id": "17", "status": "200", "seconds": "0.5", "method": "GET"]
  ) -> String {
    let event = LogEvent(
      level: .info, message: "answered \"so\"\n",
      metadata: metadata, source: nil, file: "",
      function: "",
      line: 0)
    return LineLogHandler(format: format, level: .info).line(event, at: Date(timeIntervalSince1970: 1.5))
  }

  @Test("a JSON line is one object with numbers where numbers are meant")
  func json() throws {
    let object = try RequestDecoding.object(Array(line(.json).utf8))
    #expect(object["time"] == "1970-01-01T00:00:01.500Z")
    #expect(object["message"] == "answered \"so\"\n")
    #expect(object["status"] == 200)
    #expect(object["seconds"] == 0.5)
    #expect(object["id"] == "17")
    #expect(!line(.json).contains("\n"))
  }

  @Test("every number of a request is a number in JSON")
  func numbers() throws {
    let names = ["cached_tokens", "queue_seconds", "prefill_seconds", "ttft_seconds", "decode_seconds"]
    let metadata = Dictionary(uniqueKeysWithValues: names.map { ($0, Logger.MetadataValue.string("3")) })
    let object = try RequestDecoding.object(Array(line(.json, metadata).utf8))
    for name in names { #expect(object[name] == 3) }
  }

  @Test("no value breaks a text line or passes for another field")
  func forged() {
    let forged = line(
      .text, ["path": "/a\n2026 info", "error": "a status=200", "empty": "", "line": "a\u{2028}b"])
    #expect(!forged.contains { $0.isNewline && $0 != "\u{2028}" })
    #expect(forged.contains(#" path="/a\n2026 info""#) && forged.contains(#" error="a status=200""#))
    #expect(forged.contains(#" empty="""#))
  }

  @Test("a text line puts first what people look for")
  func text() {
    #expect(line(.text).hasSuffix(" method=GET status=200 seconds=0.5 id=17"))
  }
}
