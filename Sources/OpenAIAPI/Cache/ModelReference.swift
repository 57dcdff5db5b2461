/// A request's `model`: a name, and after `@` what it says about the KV cache.
///
/// `MODEL@roco-512`, `MODEL@roco-0.5`, `MODEL@roco-64MiB`, `MODEL@full`: for clients that can send no other field.
package struct ModelReference: Equatable, Sendable {
  /// The model's name without the suffix.
  package let name: String

  /// The suffix's options, nil when there is no suffix.
  package let cache: CacheOptions?

  /// Splits a model name at its last `@`.
  ///
  /// A policy's name may hold dashes (`snapkv-d`), so what follows the last dash is a budget only if it starts
  /// with a digit.
  package init(_ model: String) throws(APIError) {
    guard let at = model.lastIndex(of: "@") else {
      name = model
      cache = nil
      return
    }
    name = String(model[..<at])
    let suffix = model[model.index(after: at)...]
    var options = CacheOptions()
    var policy = suffix
    if let dash = suffix.lastIndex(of: "-") {
      let tail = suffix[suffix.index(after: dash)...]
      if tail.first?.isNumber == true {
        policy = suffix[..<dash]
        options.budget = try RequestedBudget(.string(String(tail)), path: "model")
      }
    }
    guard CacheOptions.isPolicyName(String(policy)) else {
      throw .invalidRequest(
        "'\(suffix)' after '@' in the model's name is not POLICY or POLICY-BUDGET, such as roco-512",
        param: "model", code: "invalid_value")
    }
    options.policy = String(policy)
    cache = options
  }
}
