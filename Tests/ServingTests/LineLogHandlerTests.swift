import Foundation
import Logging
import OpenAIAPI
import Testing

@testable import Serving

@Suite struct LineLogHandlerTests {
  private func line(_ format: LogFormat) -> String {
    let event = LogEvent(
      level: .info, message: "answered \"so\"\n",
      metadata: ["id": "17", "status": "200", "seconds": "0.5", "method": "GET"], source: nil, file: "",
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

  @Test("a text line puts first what people look for")
  func text() {
    #expect(line(.text).hasSuffix(" method=GET status=200 seconds=0.5 id=17"))
  }
}
