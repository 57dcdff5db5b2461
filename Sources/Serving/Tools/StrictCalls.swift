import Grammars
import OpenAIAPI
import Schemas
import ToolCalling

/// Calls as an answer has to make them where something says what it has to be: of functions that `tool_choice` allows, with
/// arguments of their schemas.
struct StrictCalls: Equatable, Sendable {
  struct Function: Equatable, Sendable {
    let name: String
    let parameters: JSONObject?
    /// Where errors place the parameters.
    let param: String
  }

  let format: ToolCallFormat
  let functions: [Function]
  let isSingle: Bool

  init(_ wanted: RequestedTools, _ format: ToolCallFormat) {
    let functions = wanted.definitions.enumerated().map { index, definition in
      Function(
        name: definition.name, parameters: definition.parameters, param: "tools[\(index)].function.parameters"
      )
    }
    self.format = format
    if case .function(let name) = wanted.choice {
      self.functions = functions.filter { $0.name == name }
      isSingle = true
    } else {
      self.functions = functions
      isSingle = !wanted.isParallel
    }
  }

  /// The rules of these calls; `controls` are the texts of the vocabulary's control tokens.
  ///
  /// Throws 400 with the place of a schema that cannot be kept to.
  func rules(controls: Set<String>) throws(APIError) -> Grammar {
    var rules = SchemaRules()
    var callable: [CallTexts.Function] = []
    for function in functions {
      callable.append(
        CallTexts.Function(name: function.name, arguments: try Self.arguments(of: function, &rules)))
    }
    let texts = CallTexts(format, space: rules.space, controls: controls)
    return rules.grammar(texts.calls(of: callable, isSingle: isSingle))
  }

  private static func arguments(
    of function: Function, _ rules: inout SchemaRules
  ) throws(APIError) -> Expression {
    let schema = try schema(of: function)
    do throws(SchemaError) {
      return try rules.rule(function.name, of: .object(schema))
    } catch {
      throw APIError(error, in: function.param)
    }
  }

  /// Arguments are an object whatever else their schema allows; a function without one has none.
  private static func schema(of function: Function) throws(APIError) -> JSONObject {
    guard var schema = function.parameters else { return ["type": "object", "properties": [:]] }
    switch schema["type"] {
    case nil, "object": break
    case .array(let types) where types.contains("object"): break
    case let type?:
      throw .invalidRequest(
        "'\(function.param).type' is \(String(decoding: type.encoded.prefix(80), as: UTF8.self)), but arguments are"
          + " an object; say \"object\"",
        param: function.param + ".type", code: "invalid_value")
    }
    schema["type"] = "object"
    return schema
  }

  /// Bytes of what the request said.
  var byteCount: Int {
    functions.reduce(0) { $0 + $1.name.utf8.count + JSONValue.object($1.parameters ?? [:]).encoded.count }
  }
}
