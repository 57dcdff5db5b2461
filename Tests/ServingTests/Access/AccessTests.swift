import Foundation
import HTTP
import Logging
import ModelFixtures
import OpenAIAPI
import Testing

@testable import Serving

@Suite struct AccessTests {
  private static let keys = KeySource.variable("0123456789abcdef")

  private func server(_ keys: KeySource = keys, origins: CrossOrigin = .none) throws -> Server {
    Server(
      try Service(version: "1", keys: keys, crossOrigin: origins),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test(
    "without a key nothing is answered but the probes, and not told what there is")
  func closed() throws {
    let lines =
      Routes.all.map { "\($0.method) \($0.path)" }
      + [
        "GET /nowhere", "OPTIONS *", "OPTIONS /v1/models", "PUT /metrics", "GET /livez/",
        "POST /livez",
      ]
    for line in lines {
      let response = try server().answer(to: head(line))
      // The model is not loaded.
      if let status = ["GET /livez": 200, "GET /readyz": 503, "GET /health": 503][line] {
        #expect(response?.status == status, "\(line)")
      } else {
        #expect(response?.status == 401, "\(line)")
        #expect(response?.headers["www-authenticate"] == "Bearer")
        #expect(response?.headers["allow"] == nil)
        #expect(try error(response)["code"] == "invalid_api_key")
      }
    }
  }

  @Test(
    "a key comes once, as a bearer's",
    arguments: [
      (["Bearer 0123456789abcdef"], true), (["bearer  0123456789abcdef"], true),
      (["Bearer 0123456789abcdee"], false),
      (["Basic 0123456789abcdef"], false), (["0123456789abcdef"], false), (["Bearer"], false),
      (["Bearer 0123456789abcdef x"], false),
      (["Bearer 0123456789abcdef", "Bearer 0123456789abcdef"], false),
    ])
  func forms(fields: [String], isAllowed: Bool) throws {
    let head = try head("GET /version", fields: fields.map { "Authorization: \($0)" })
    #expect(try (server().answer(to: head) == nil) == isAllowed)
  }

  @Test("the page wants a key too, which a browser sends as a password; nothing else takes it so")
  func page() throws {
    let password = Data("any name:0123456789abcdef".utf8).base64EncodedString()
    for path in ["/", "/page/app.js"] {
      let refusal = try server().answer(to: head("GET \(path)"))
      #expect(refusal?.status == 401)
      #expect(
        refusal?.headers.values(of: "www-authenticate").contains { $0.hasPrefix("Basic realm=") } == true)
      #expect(try server().answer(to: head("GET \(path)", "Authorization: Basic \(password)")) == nil)
      #expect(try server().answer(to: head("GET \(path)", "Authorization: Bearer 0123456789abcdef")) == nil)
    }
    let wrong = Data("0123456789abcdef:wrong".utf8).base64EncodedString()
    for field in [
      "Basic \(wrong)", "Basic *", "Basic", "Basic \(Data("0123456789abcdef".utf8).base64EncodedString())",
    ] {
      #expect(try server().answer(to: head("GET /", "Authorization: \(field)"))?.status == 401)
    }
    let elsewhere = try server().answer(to: head("GET /version", "Authorization: Basic \(password)"))
    #expect(elsewhere?.status == 401 && elsewhere?.headers.values(of: "www-authenticate") == ["Bearer"])
  }

  @Test("a key that may only look is 403 for anything else")
  func readingKey() throws {
    let file = try TemporaryFile(Array("look 0123456789abcdef max=0".utf8))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    let server = try server(.file(file.path))
    let key = "Authorization: Bearer 0123456789abcdef"
    #expect(try server.answer(to: head("GET /metrics", key)) == nil)
    for line in ["POST /v1/completions", "DELETE /v1/kv/sessions/a", "POST /tokenize"] {
      let response = try server.answer(to: head(line, key))
      #expect(response?.status == 403)
      #expect(try error(response)["code"] == "insufficient_permissions")
    }
  }

  @Test("keys that are read again replace the old ones; if they cannot be read, the old ones stay")
  func reload() throws {
    let file = try TemporaryFile(Array("a 0123456789abcdef".utf8))
    func write(_ text: String) throws {
      try Data(text.utf8).write(to: URL(filePath: file.path))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }
    try write("a 0123456789abcdef")
    let access = try Access(.file(file.path), pages: ForeignPages(crossOrigin: .none, isLoopback: false))
    func name(_ secret: String) throws -> String? {
      let head = try head("GET /", "Authorization: Bearer \(secret)")
      if case .allowed(let key) = access.verdict(head, .access) { return key?.name }
      return nil
    }
    try write("b fedcba9876543210")
    #expect(try name("0123456789abcdef") == "a")
    try access.reload()
    #expect(try name("0123456789abcdef") == nil)
    #expect(try name("fedcba9876543210") == "b")
    try write("nothing")
    #expect(throws: SettingsError.self) { try access.reload() }
    #expect(try name("fedcba9876543210") == "b")
  }

  @Test("a browser's question before a page's request needs no key; other questions do")
  func preflight() throws {
    let server = try server(origins: .listed(["https://a.example"]))
    let asked = "Access-Control-Request-Method: POST"
    let response = try server.answer(to: head("OPTIONS /v1/completions", "Origin: https://a.example", asked))
    #expect(response?.status == 204)
    #expect(response?.headers["access-control-allow-origin"] == "https://a.example")
    #expect(response?.headers["access-control-allow-headers"]?.contains("authorization") == true)
    #expect(response?.headers["vary"] == "origin")
    for fields in [["Origin: https://b.example", asked], ["Origin: https://a.example"], [asked]] {
      #expect(try server.answer(to: head("OPTIONS /v1/completions", fields: fields))?.status == 401)
    }
  }

  @Test("with keys no page's origin and no name is asked for, as no page has a key")
  func pagesWithKeys() throws {
    let server = Server(
      try Service(version: "1", keys: Self.keys, isLoopback: true),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let fields = ["Authorization: Bearer 0123456789abcdef", "Origin: https://a.example"]
    #expect(try server.answer(to: head("GET /version", fields: fields)) == nil)
  }

  private func error(_ response: HTTPResponse?) throws -> JSONObject {
    let body = try RequestDecoding.object(try #require(response).body)
    guard case .object(let error)? = body["error"] else { throw CancellationError() }
    return error
  }
}

@Suite struct CrossOriginTests {
  private func fields(_ origins: CrossOrigin, _ origin: String?) throws -> [String: String] {
    let asked = try origin.map { try head("GET /", "Origin: \($0)") } ?? head("GET /")
    return Dictionary(uniqueKeysWithValues: origins.fields(asked))
  }

  @Test("a listed page may, another may not, and caches are told that answers differ")
  func listed() throws {
    let origins = try CrossOrigin("https://a.example,http://localhost:3000")
    for origin in ["https://a.example", "http://localhost:3000"] {
      #expect(try fields(origins, origin)["access-control-allow-origin"] == origin)
    }
    for origin in ["https://a.example.evil", "http://a.example", "https://a.example:444", "null", nil] {
      #expect(try fields(origins, origin) == ["vary": "origin"])
    }
  }

  @Test("none are allowed unless said; a star allows all, and nobody gets credentials")
  func noneAndAny() throws {
    #expect(try fields(.none, "https://a.example").isEmpty)
    #expect(try fields(CrossOrigin("*"), "https://a.example")["access-control-allow-origin"] == "*")
    for origins in [CrossOrigin.any, .listed(["https://a.example"])] {
      #expect(try fields(origins, "https://a.example")["access-control-allow-credentials"] == nil)
    }
  }

  @Test(
    "what no browser sends as an origin is refused",
    arguments: [
      "", "a.example", "https://a.example/", "https://A.example", "*,https://a.example", "null",
      "https://a:b",
    ])
  func refused(text: String) { #expect(throws: SettingsError.self) { try CrossOrigin(text) } }
}
