import Testing

@testable import OpenAIAPI

@Suite("What the text has to be")
struct TextConstraintTests {
  private func constraint(_ fields: String) throws(APIError) -> TextConstraint? {
    try RequestDecoding.completion(Array("{\"prompt\":\"a\",\(fields)}".utf8)).parameters.constraint
  }

  @Test(
    "is read out of each field that says it",
    arguments: [
      (#""response_format":{"type":"json_object"}"#, .anyObject, "response_format.type"),
      (#""response_format":{"type":"json_object","schema":true}"#, .schema(true), "response_format.schema"),
      (
        #""response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"null"},"strict":true}}"#,
        .schema(["type": "null"]), "response_format.json_schema.schema"
      ),
      (#""grammar":"root ::= []""#, .grammar("root ::= []"), "grammar"),
      (#""json_schema":{}"#, .schema([:]), "json_schema"),
      (#""guided_json":"{\"const\":1}""#, .schema(["const": 1]), "guided_json"),
      (#""guided_regex":"a""#, .pattern("a"), "guided_regex"),
      (#""guided_choice":["a","b"]"#, .choice(["a", "b"]), "guided_choice"),
      (#""guided_grammar":"g""#, .grammar("g"), "guided_grammar"),
      (#""structured_outputs":{"json":true}"#, .schema(true), "structured_outputs.json"),
      (#""structured_outputs":{"json_object":true}"#, .anyObject, "structured_outputs.json_object"),
    ] as [(String, TextConstraint.Kind, String)])
  func isRead(fields: String, kind: TextConstraint.Kind, param: String) throws {
    let constraint = try #require(try constraint(fields))
    #expect(constraint.kind == kind)
    #expect(constraint.param == param)
  }

  @Test(
    "is nothing where nothing is asked for",
    arguments: [#""response_format":{"type":"text"}"#, #""grammar":"""#, #""response_format":null"#])
  func nothing(fields: String) throws {
    #expect(try constraint(fields) == nil)
  }

  @Test(
    "is refused by name if it is wrong, or said twice",
    arguments: [
      (#""response_format":{}"#, "response_format.type"),
      (#""response_format":{"type":"xml"}"#, "response_format.type"),
      (#""response_format":{"type":"json_schema"}"#, "response_format.json_schema"),
      (
        #""response_format":{"type":"json_schema","json_schema":{"name":"x"}}"#,
        "response_format.json_schema.schema"
      ),
      (#""response_format":{"type":"json_object","x":1}"#, "response_format.x"),
      (#""guided_json":"{""#, "guided_json"), (#""guided_choice":[]"#, "guided_choice"),
      (#""guided_choice":[1]"#, "guided_choice"), (#""structured_outputs":{"x":1}"#, "structured_outputs.x"),
      (#""grammar":"a","guided_regex":"b""#, "guided_regex"),
      (#""grammar":"a","ignore_eos":true"#, "ignore_eos"),
      (#""grammar":"a","min_tokens":1,"max_tokens":2"#, "min_tokens"),
    ])
  func refused(fields: String, param: String) {
    let error = #expect(throws: APIError.self) { try constraint(fields) }
    #expect(error?.param == param && error?.status == 400)
  }
}
