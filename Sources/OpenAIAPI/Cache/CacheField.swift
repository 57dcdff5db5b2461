/// A field of `kv_cache`: what it is called, where its value goes and how that is read; the one place to add a field.
package struct CacheField: Sendable {
  /// The name in bodies, headers and at the command line.
  package let name: String

  /// Its values and what they do, for help texts.
  package let summary: String

  /// What kind of value it takes, for forms.
  package let form: Form

  package enum Form: String, Sendable {
    case text, choice, flag, whole, number
  }

  /// Reads the field's value into the options; what is wrong with it is thrown.
  let read: @Sendable (inout FieldReader, inout CacheOptions) throws(APIError) -> Void

  /// Takes the value from a weaker source where there is none.
  let inherit: @Sendable (inout CacheOptions, CacheOptions) -> Void

  private typealias Place<Value> = any WritableKeyPath<CacheOptions, Value?> & Sendable

  private init<Value>(
    _ name: String, _ place: Place<Value>, _ summary: String, form: Form = .text,
    _ value: @escaping @Sendable (inout FieldReader, _ name: String) throws(APIError) -> Value?
  ) {
    self.name = name
    self.summary = summary
    self.form = form
    read = { fields, options throws(APIError) in options[keyPath: place] = try value(&fields, name) }
    inherit = { options, weaker in
      if options[keyPath: place] == nil { options[keyPath: place] = weaker[keyPath: place] }
    }
  }

  private static func choice(
    _ name: String, _ place: Place<String>, _ summary: String
  ) -> CacheField {
    // Which values there are is for the server to check, as it is for policies.
    CacheField(name, place, summary, form: .choice) { fields, name throws(APIError) in
      try fields.string(name)
    }
  }

  private static func flag(
    _ name: String, _ place: Place<Bool>, _ summary: String
  ) -> CacheField {
    CacheField(name, place, summary, form: .flag) { fields, name throws(APIError) in
      try fields.boolean(name)
    }
  }

  private static func count(
    _ name: String, _ place: Place<Int>, from least: Int, _ summary: String
  ) -> CacheField {
    CacheField(name, place, summary, form: .whole) { fields, name throws(APIError) in
      try fields.integer(name, in: least...Int(Int32.max))
    }
  }

  private static func number(
    _ name: String, _ place: Place<Double>, in range: ClosedRange<Double>,
    _ summary: String
  ) -> CacheField {
    CacheField(name, place, summary, form: .number) { fields, name throws(APIError) in
      try fields.number(name, in: range)
    }
  }

  /// The fields in the order of the documentation.
  package static let all: [CacheField] = [
    CacheField("policy", \.policy, "the eviction policy", form: .choice) { fields, name throws(APIError) in
      try CacheOptions.policyName(&fields, name)
    },
    CacheField(
      "budget", \.budget, "slots of each layer and head (512), a share of the prompt (50%) or bytes (64MiB)"
    ) {
      fields, name throws(APIError) in try RequestedBudget.read(&fields, name)
    },
    choice("scope", \.scope, "what the budget counts: total, generated or prefill"),
    choice(
      "mode", \.mode, "when a long prompt is evicted: hard (after every chunk) or soft (once, at its end)"),
    count("stride", \.stride, from: 1, "prompt tokens between evictions"),
    count("sinks", \.sinks, from: 0, "first positions that are never evicted"),
    count("recent", \.recent, from: 0, "newest slots that are never evicted"),
    number("recent_ratio", \.recentRatio, in: 0...1, "the same as a share of the budget"),
    CacheField(
      "pins", \.pins,
      "what of the prompt is never evicted: roles, message:INDEX, tokens:FROM-TO, with commas between"
    ) { fields, name throws(APIError) in try RequestedPin.read(&fields, name) },
    choice("allocator", \.allocator, "how the budget is spread over layers and heads"),
    choice("positions", \.positions, "where keys are read: original, or cache (a text without end)"),
    flag("keep_attention", \.keepAttention, "attention counts from the first token on"),
    flag("value", \.value, "worth is multiplied by the size of the slot's value"),
    CacheField(
      "pool", \.pool, "odd, 1 to 63: a slot gets the largest worth among so many neighbours", form: .whole
    ) {
      fields, name throws(APIError) in try CacheOptions.poolWidth(&fields, name)
    },
    number("decay", \.decay, in: 0.5...1, "0.5 to 1: what attention still counts for a query later"),
    number(
      "guard", \.guardShare, in: 0...0.5, "0 to 0.5: share of slots, those of the largest values, that stay"),
    flag("fair", \.fair, "every message of a chat keeps its share of the budget"),
    choice("reduce", \.reduce, "how query heads that share a KV head are joined: mean or max"),
    CacheField(
      "elastic", \.elasticMinimum,
      "slots to which the budget may be shrunk while others wait for memory (min)", form: .whole
    ) { fields, name throws(APIError) in try CacheOptions.elasticMinimum(&fields, name) },
    CacheField("seed", \.seed, "for policies that draw", form: .whole) { fields, name throws(APIError) in
      try fields.integer(name, in: Int.min...Int.max)
    },
    flag("faithful", \.faithful, "EasyKV's exact schedule, for comparisons"),
  ]
}
