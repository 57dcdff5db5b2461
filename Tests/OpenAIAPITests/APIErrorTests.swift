import Testing

@testable import OpenAIAPI

@Suite("API errors")
struct APIErrorTests {
  @Test("the body has all four fields, absent ones as null")
  func body() {
    let error = APIError.invalidRequest("bad")
    #expect(
      String(decoding: error.json.encoded, as: UTF8.self)
        == #"{"error":{"message":"bad","type":"invalid_request_error","param":null,"code":null}}"#)
  }

  @Test(
    "each class has its status, type and code",
    arguments: [
      (APIError.notFound("x"), 404, "not_found_error", nil),
      (.modelNotFound("m", known: ["a"]), 404, "not_found_error", "model_not_found"),
      (.http(413, "x"), 413, "invalid_request_error", nil),
      (.rateLimitExceeded("x", retryAfterSeconds: 5), 429, "rate_limit_error", "rate_limit_exceeded"),
      (.serviceUnavailable("x", retryAfterSeconds: 5), 503, "service_unavailable", "service_unavailable"),
      (.server("x"), 500, "server_error", "server_error"),
    ] as [(APIError, Int, String, String?)])
  func classes(error: APIError, status: Int, type: String, code: String?) {
    #expect(error.status == status && error.type == type && error.code == code)
    #expect((error.retryAfterSeconds != nil) == (status == 429 || status == 503))
  }

  @Test("an overlong request is told both counts")
  func contextLength() {
    let error = APIError.contextLengthExceeded(
      contextTokens: 2048, promptTokens: 2000, completionTokens: 100, param: "messages")
    #expect(error.status == 400 && error.code == "context_length_exceeded" && error.param == "messages")
    for count in ["2048", "2000", "100"] { #expect(error.message.contains(count)) }
  }

  @Test("Retry-After stays between 1 and 60 seconds", arguments: [(0, 1), (7, 7), (600, 60)])
  func retryAfter(given: Int, sent: Int) {
    #expect(APIError.rateLimitExceeded("x", retryAfterSeconds: given).retryAfterSeconds == sent)
  }
}
