/// Fields that we know from OpenAI, vLLM or llama-server, but do not act on yet.
///
/// Each may be sent with the value that asks for nothing; anything else is refused, because a parameter that
/// is silently without effect is worse than an error.
struct UnsupportedField {
  let name: String
  let neutral: [JSONValue]
  /// The field that says the same here.
  let instead: String?

  private init(_ name: String, _ neutral: JSONValue..., instead: String? = nil) {
    self.name = name
    self.neutral = neutral
    self.instead = instead
  }

  /// Refuses the fields of the table whose value asks for something.
  static func refuse(_ table: [UnsupportedField], in fields: inout FieldReader) throws(APIError) {
    for field in table {
      guard let value = fields.value(field.name), !field.allows(value) else { continue }
      if let instead = field.instead {
        throw .invalidRequest(
          "'\(fields.path(field.name))' is called '\(instead)' here; send that",
          param: fields.path(field.name), code: "unsupported_parameter")
      }
      let neutral = (field.neutral.isEmpty ? [.null] : field.neutral)
        .map { String(decoding: $0.encoded, as: UTF8.self) }.joined(separator: " or ")
      throw .notSupported(fields.path(field.name), value, neutral: neutral)
    }
  }

  private func allows(_ value: JSONValue) -> Bool {
    neutral.contains { $0 == value || ($0.double != nil && $0.double == value.double) }
  }

  /// Fields of both endpoints.
  static let everywhere: [UnsupportedField] = [
    UnsupportedField("best_of", 1),
    UnsupportedField("timings_per_token", false),
    UnsupportedField("use_beam_search", false),
    UnsupportedField("length_penalty", 1),
    UnsupportedField("mirostat", 0),
    UnsupportedField("dynatemp_range", 0),
    UnsupportedField("dry_multiplier", 0),
    UnsupportedField("xtc_probability", 0),
    UnsupportedField("bad_words", []),
    UnsupportedField("allowed_token_ids"),
    UnsupportedField("include_stop_str_in_output", false),
    UnsupportedField("skip_special_tokens", true),
    UnsupportedField("prompt_logprobs"),
    UnsupportedField("truncate_prompt_tokens"),
    UnsupportedField("n_predict", instead: "max_tokens"),
    UnsupportedField("repeat_last_n", -1),
    UnsupportedField("min_keep", 0),
    UnsupportedField("top_n_sigma", -1),
    UnsupportedField("t_max_predict_ms", 0, -1),
    UnsupportedField("id_slot", -1),
    UnsupportedField("samplers"),
    UnsupportedField("lora", []),
    UnsupportedField("post_sampling_probs", false),
    UnsupportedField("return_tokens", false),
    UnsupportedField("return_tokens_as_token_ids", false),
    UnsupportedField("return_token_ids", false),
    UnsupportedField("logits_processors", []),
    UnsupportedField("prompt_embeds"),
  ]

  /// Fields of `/v1/completions` alone.
  static let completion: [UnsupportedField] = [
    UnsupportedField("suffix", ""),
    UnsupportedField("n_probs", 0, instead: "logprobs"),
    UnsupportedField("add_special_tokens", true),
  ]

  /// Fields of `/v1/chat/completions` alone.
  static let chat: [UnsupportedField] = [
    UnsupportedField("echo", false),
    UnsupportedField("n_probs", 0, instead: "top_logprobs"),
    UnsupportedField("functions", []),
    UnsupportedField("function_call", "none", "auto"),
    UnsupportedField("modalities", ["text"]),
    UnsupportedField("audio"),
    UnsupportedField("prediction"),
    UnsupportedField("reasoning_effort"),
    UnsupportedField("verbosity"),
    UnsupportedField("web_search_options"),
    UnsupportedField("store", false),
    UnsupportedField("service_tier", "auto", "default"),
    UnsupportedField("chat_template"),
    UnsupportedField("chat_template_kwargs", [:]),
    UnsupportedField("add_generation_prompt", true),
    UnsupportedField("continue_final_message", false),
    UnsupportedField("add_special_tokens", false),
  ]

  /// Fields of a conversation that is only to be written out.
  static let conversation: [UnsupportedField] = [
    UnsupportedField("chat_template"),
    UnsupportedField("chat_template_kwargs", [:]),
    UnsupportedField("continue_final_message", false),
  ]

  /// Fields of one chat message.
  static let message: [UnsupportedField] = [
    UnsupportedField("function_call"),
    UnsupportedField("audio"),
    UnsupportedField("refusal", ""),
  ]
}
