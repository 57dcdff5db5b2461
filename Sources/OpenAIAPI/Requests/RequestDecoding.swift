/// The way from a request's body to a request, or to the error that the client gets.
///
/// Bad JSON is told with its byte offset, a wrong type with the field's dotted path. A name that appears twice
/// in an object is refused. `depth` is how many levels the JSON may have.
package enum RequestDecoding {
  /// Decodes the body of `/v1/completions`.
  package static func completion(
    _ body: [UInt8], depth: Int = JSONParser.depthLimit
  ) throws(APIError) -> CompletionRequest {
    try CompletionRequest(object(body, depth: depth))
  }

  /// Decodes the body of `/v1/chat/completions`.
  package static func chatCompletion(
    _ body: [UInt8], depth: Int = JSONParser.depthLimit
  ) throws(APIError) -> ChatCompletionRequest {
    try ChatCompletionRequest(object(body, depth: depth))
  }

  /// Parses a body that must be one JSON object.
  package static func object(
    _ body: [UInt8], depth: Int = JSONParser.depthLimit
  ) throws(APIError) -> JSONObject {
    let value: JSONValue
    do {
      value = try JSONParser.parse(body, depth: depth)
    } catch {
      throw .invalidRequest("the body is not valid JSON: \(error.description)", code: "invalid_json")
    }
    guard case .object(let object) = value else {
      throw .invalidRequest("the body must be a JSON object, found \(value.kind)", code: "invalid_type")
    }
    return object
  }
}
