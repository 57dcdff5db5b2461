/// An error as OpenAI's clients understand it: a status and the body's four fields.
///
/// The status decides what a client does: 4xx is its own mistake and is not sent again, 429 and 5xx are.
/// So a client's mistake is never a 5xx.
package struct APIError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The HTTP status.
  package let status: Int

  /// What was wrong, what is allowed, what to do.
  package let message: String

  /// The class of error, such as `invalid_request_error`.
  package let type: String

  /// The request field to blame, as a dotted path such as `messages[0].content`.
  package let param: String?

  /// What a program may branch on, such as `model_not_found`.
  package let code: String?

  /// What goes into `Retry-After`; only for 429 and 503.
  package let retryAfterSeconds: Int?

  /// Makes an error of any kind; the named functions below are the usual way.
  package init(
    status: Int, message: String, type: String, param: String? = nil, code: String? = nil,
    retryAfterSeconds: Int? = nil
  ) {
    self.status = status
    self.message = message
    self.type = type
    self.param = param
    self.code = code
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// The status, the field and the message, for logs.
  package var description: String { "\(status) \(type)\(param.map { " (\($0))" } ?? ""): \(message)" }

  /// The response body; absent values are null, never left out.
  package var json: JSONValue {
    [
      "error": [
        "message": .string(message), "type": .string(type), "param": JSONValue(param),
        "code": JSONValue(code),
      ]
    ]
  }
}

extension APIError {
  /// 400: a value or the body itself is wrong.
  package static func invalidRequest(_ message: String, param: String? = nil, code: String? = nil) -> APIError
  {
    APIError(status: 400, message: message, type: "invalid_request_error", param: param, code: code)
  }

  /// 400: the field is known, but what it asks for is not built.
  package static func notSupported(_ param: String, _ value: JSONValue, neutral: String) -> APIError {
    let shown = String(decoding: value.encoded.prefix(80), as: UTF8.self)
    return invalidRequest(
      "'\(param)' is not supported yet, got \(shown); leave it out or send \(neutral)",
      param: param, code: "unsupported_parameter")
  }

  /// 400: prompt and completion do not fit in the context; the counts are tokens.
  package static func contextLengthExceeded(
    contextTokens: Int, promptTokens: Int, completionTokens: Int, param: String
  ) -> APIError {
    invalidRequest(
      "this model's context is \(contextTokens) tokens, but the prompt has \(promptTokens) and the completion "
        + "may take \(completionTokens); shorten the prompt or lower max_tokens",
      param: param, code: "context_length_exceeded")
  }

  /// 404: there is no such route.
  package static func notFound(_ message: String) -> APIError {
    APIError(status: 404, message: message, type: "not_found_error")
  }

  /// 404: there is no such model here.
  package static func modelNotFound(_ model: String, known: [String]) -> APIError {
    modelNotFound("the model '\(model)' does not exist; here: \(known.joined(separator: ", "))")
  }

  /// 404: what follows the model's name says of no cache that there is.
  package static func modelNotFound(_ model: String, reason: String) -> APIError {
    modelNotFound("the model '\(model)' does not exist, because of what follows its '@': \(reason)")
  }

  private static func modelNotFound(_ message: String) -> APIError {
    APIError(
      status: 404, message: message, type: "not_found_error", param: "model", code: "model_not_found")
  }

  /// Any other refusal of HTTP itself: 405, 408, 413, 414, 415, 417, 431, 501, 505.
  package static func http(_ status: Int, _ message: String) -> APIError {
    APIError(status: status, message: message, type: "invalid_request_error")
  }

  /// 429: the queue is full.
  package static func rateLimitExceeded(_ message: String, retryAfterSeconds: Int) -> APIError {
    APIError(
      status: 429, message: message, type: "rate_limit_error", code: "rate_limit_exceeded",
      retryAfterSeconds: min(max(retryAfterSeconds, 1), 60))
  }

  /// 503: loading or draining.
  package static func serviceUnavailable(_ message: String, retryAfterSeconds: Int) -> APIError {
    APIError(
      status: 503, message: message, type: "service_unavailable", code: "service_unavailable",
      retryAfterSeconds: min(max(retryAfterSeconds, 1), 60))
  }

  /// 500: our own mistake.
  package static func server(_ message: String) -> APIError {
    APIError(status: 500, message: message, type: "server_error", code: "server_error")
  }
}
