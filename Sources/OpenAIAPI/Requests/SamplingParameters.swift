/// How the next token is drawn; nil means that the server's default applies.
package struct SamplingParameters: Equatable, Sendable {
  /// The seed of the request's own generator.
  package let seed: Int?

  /// The divisor of the logits, 0 (greedy) to 2.
  package let temperature: Double?

  /// The share of probability that the kept tokens must reach, 0 to 1.
  package let topP: Double?

  /// How many of the likeliest tokens are kept; 0 and -1 keep all.
  package let topK: Int?

  /// The least probability of a kept token, as a share of the likeliest one's, 0 to 1.
  package let minP: Double?

  /// The share of probability that the kept tokens of about the expected surprise must reach, 0 to 1.
  package let typicalP: Double?

  /// What is added to single tokens' logits, -100 to 100 each, by token id.
  package let logitBias: [Int: Double]

  /// What a token that has appeared loses, -2 to 2.
  package let presencePenalty: Double?

  /// What a token loses for each appearance, -2 to 2.
  package let frequencyPenalty: Double?

  /// The divisor for tokens that have appeared, above 0 and up to 10; 1 changes nothing.
  package let repetitionPenalty: Double?

  init(_ fields: inout FieldReader) throws(APIError) {
    seed = try fields.integer("seed", in: Int.min...Int.max)
    temperature = try fields.number("temperature", in: 0...2)
    topP = try fields.number("top_p", in: 0...1)
    topK = try fields.integer("top_k", in: -1...Int(Int32.max))
    minP = try fields.number("min_p", in: 0...1)
    typicalP = try fields.number("typical_p", in: 0...1)
    logitBias = try SamplingParameters.logitBias(&fields)
    presencePenalty = try fields.number("presence_penalty", in: -2...2)
    frequencyPenalty = try fields.number("frequency_penalty", in: -2...2)
    repetitionPenalty = try SamplingParameters.repetitionPenalty(&fields)
  }

  /// An object of token ids and numbers; whether the vocabulary has the ids is checked later.
  private static func logitBias(_ fields: inout FieldReader) throws(APIError) -> [Int: Double] {
    guard let object = try fields.object("logit_bias") else { return [:] }
    var biases: [Int: Double] = [:]
    var reader = FieldReader(object, prefix: fields.path("logit_bias") + ".")
    for name in object.names {
      guard let token = Int(name), (0...Int(Int32.max)).contains(token), String(token) == name else {
        throw .outOfRange(
          reader.path(name), .string(name), "a token id as the field's name, such as \"504\"")
      }
      biases[token] = try reader.number(name, in: -100...100)
    }
    return biases
  }

  /// One parameter under two names: vLLM's and llama-server's.
  private static func repetitionPenalty(_ fields: inout FieldReader) throws(APIError) -> Double? {
    let smallest = Double.leastNonzeroMagnitude
    let allowed = "above 0 and at most 10"
    let repetition = try fields.number("repetition_penalty", in: smallest...10, allowed: allowed)
    let repeated = try fields.number("repeat_penalty", in: smallest...10, allowed: allowed)
    guard let repetition, let repeated, repetition != repeated else { return repetition ?? repeated }
    throw .invalidRequest(
      "'repetition_penalty' is \(repetition) but 'repeat_penalty' is \(repeated); they are one parameter, send one",
      param: "repeat_penalty", code: "invalid_value")
  }
}
