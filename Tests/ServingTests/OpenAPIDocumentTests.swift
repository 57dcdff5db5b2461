import Foundation
import HTTP
import Testing

@testable import OpenAIAPI
@testable import Serving

@Suite("The OpenAPI document")
struct OpenAPIDocumentTests {
  private let document: JSONObject

  init() throws { document = try RequestDecoding.object(Array(OpenAPIDocument.text.utf8)) }

  /// What lies under these names, one in the other.
  private func member(_ names: String...) throws -> JSONObject {
    try names.reduce(document) { object, name in
      guard case .object(let inner)? = object[name] else {
        Issue.record("no \(name) in \(names)")
        throw CancellationError()
      }
      return inner
    }
  }

  @Test("is the file in Docs; make openapi carries that over")
  func isCurrent() throws {
    let file = URL(filePath: #filePath).appending(path: "../../../Docs/openapi.json").standardized
    #expect(try String(contentsOf: file, encoding: .utf8) == OpenAPIDocument.text)
  }

  @Test("has every route, and no other")
  func routes() throws {
    let described = try member("paths").names.flatMap { path in
      try member("paths", path).names.map { "\($0.uppercased()) \(path.replacing(/\{\w+\}/, with: "*"))" }
    }
    #expect(Set(described) == Set(Routes.all.map { "\($0.method) \($0.path)" }))
  }

  @Test("every status that HTTP or an endpoint may answer with is described where it may come")
  func errors() throws {
    let always = ["200", "400", "405", "408", "413", "414", "417", "431", "503"]
    for path in try member("paths").names {
      let pattern = path.replacing(/\{\w+\}/, with: "*")
      // Probes ask for neither key nor origin, the page's files for a key alone.
      let refusals: Set<String> =
        switch Routes.all.first(where: { $0.path == pattern })?.need {
        case .nothing: []
        case .browsing: ["401"]
        default: ["401", "403"]
        }
      for method in try member("paths", path).names {
        let statuses = Set(try member("paths", path, method, "responses").names)
        #expect(statuses.isSuperset(of: always), "\(path)")
        #expect(statuses.contains("415") == (method == "post"), "\(path)")
        #expect(statuses.intersection(["401", "403"]) == refusals, "\(path)")
      }
    }
  }

  private static let messages: JSONValue = [["role": "user", "content": "a"]]

  /// The fields that the reader of a body asks for.
  private func fields(of schema: String, _ body: JSONObject) throws -> Set<String> {
    var reader = FieldReader(body)
    switch schema {
    case "CompletionRequest": _ = try CompletionRequest(&reader)
    case "ChatCompletionRequest": _ = try ChatCompletionRequest(&reader)
    case "TokenizeRequest":
      // Some fields are for texts, others for conversations.
      var text = FieldReader(["prompt": ""])
      _ = try (TokenizeRequest(&text), TokenizeRequest(&reader))
      return Set(reader.read.union(text.read).map(\.text))
    case "DetokenizeRequest": _ = try DetokenizeRequest(&reader)
    default: _ = try ApplyTemplateRequest(&reader)
    }
    return Set(reader.read.map(\.text))
  }

  @Test(
    "bodies have the fields that are read, but for those that are known and refused",
    arguments: [
      "CompletionRequest", "ChatCompletionRequest", "TokenizeRequest", "DetokenizeRequest",
      "ApplyTemplateRequest",
    ])
  func bodies(schema: String) throws {
    let body: JSONObject =
      switch schema {
      case "CompletionRequest": ["prompt": ""]
      case "DetokenizeRequest": ["tokens": []]
      default: ["messages": Self.messages]
      }
    let described = Set(try member("components", "schemas", schema, "properties").names)
    let read = try fields(of: schema, body)
    let refused = [
      UnsupportedField.everywhere, UnsupportedField.completion, UnsupportedField.chat,
      UnsupportedField.conversation,
    ].joined().map(\.name)
    #expect(described.isSubset(of: read), "\(described.subtracting(read))")
    #expect(
      read.subtracting(described).isSubset(of: refused), "\(read.subtracting(described).subtracting(refused))"
    )
  }

  @Test("the cache's options are all there")
  func cacheOptions() throws {
    #expect(
      Set(try member("components", "schemas", "KVCache", "properties").names)
        == Set(CacheField.all.map(\.name)))
  }

  @Test(
    "numbers just outside their ranges are refused by their names",
    arguments: ["CompletionRequest", "ChatCompletionRequest"])
  func ranges(schema: String) throws {
    var tried = 0
    for name in try member("components", "schemas", schema, "properties").names {
      let field = try member("components", "schemas", schema, "properties", name)
      for (bound, step) in [("minimum", -1.0), ("maximum", 1.0), ("exclusiveMinimum", 0.0)] {
        guard let limit = field[bound]?.double, abs(limit) < 1e15 else { continue }
        var body: JSONObject =
          schema == "CompletionRequest" ? ["prompt": ""] : ["messages": Self.messages, "logprobs": true]
        body[name] = .number(limit + step)
        let error = #expect(throws: APIError.self) { try fields(of: schema, body) }
        #expect(error?.param == name)
        tried += 1
      }
    }
    #expect(tried > 20)
  }
}
