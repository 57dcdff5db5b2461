/// A request's `model`: a name, and after `@` what it says about the KV cache.
///
/// `MODEL@roco-512`, `MODEL@roco-0.5`, `MODEL@roco-64MiB`, `MODEL@full`: for clients that can send no other field. After a
/// semicolon come further options as in the header: `MODEL@roco-512;pins=system`.
package struct ModelReference: Equatable, Sendable {
  /// The model's name without the suffix.
  package let name: String

  /// The suffix's options, nil when there is no suffix.
  package let cache: CacheOptions?

  /// The longest suffix: it is echoed with the model's name in every chunk.
  private static let suffixBytes = 256

  /// Splits a model name at its last `@`.
  package init(_ model: String) throws(APIError) {
    // By bytes: to go back by characters takes the square of a long text of some kinds.
    guard let at = model.utf8.lastIndex(of: UInt8(ascii: "@")) else {
      name = model
      cache = nil
      return
    }
    name = String(model[..<at])
    let suffix = model[model.utf8.index(after: at)...]
    guard suffix.utf8.count <= ModelReference.suffixBytes else {
      throw .invalidRequest(
        "what follows '@' in the model's name has \(suffix.utf8.count) bytes, allowed are up to"
          + " \(ModelReference.suffixBytes)", param: "model", code: "invalid_value")
    }
    let end = suffix.firstIndex(of: ";") ?? suffix.endIndex
    let options = try CacheOptions(header: String(suffix[end...]), path: "model")
    guard let preset = try ModelReference.preset(suffix[..<end]), options.policy == nil,
      options.budget == nil || preset.budget == nil
    else {
      throw .invalidRequest(
        "'\(suffix)' after '@' in the model's name is not POLICY or POLICY-BUDGET, such as roco-512, and then"
          + " further options, such as ;pins=system", param: "model", code: "invalid_value")
    }
    cache = options.merged(over: preset)
  }

  /// The policy and the budget of `POLICY-BUDGET`, nil if there is no such policy's name.
  ///
  /// A policy's name may hold dashes (`snapkv-d`), so what follows the last dash is a budget only if it starts
  /// with a digit.
  private static func preset(_ text: Substring) throws(APIError) -> CacheOptions? {
    var options = CacheOptions()
    var policy = text
    if let dash = text.utf8.lastIndex(of: UInt8(ascii: "-")) {
      let tail = text[text.utf8.index(after: dash)...]
      if tail.first?.isNumber == true {
        policy = text[..<dash]
        options.budget = try RequestedBudget(.string(String(tail)), path: "model")
      }
    }
    options.policy = String(policy)
    return CacheOptions.isPolicyName(String(policy)) ? options : nil
  }
}
