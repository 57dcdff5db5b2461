/// Why a cache cannot be had as asked.
package enum CacheError: Error, Equatable, CustomStringConvertible {
  case impossibleShape(String)
  case invalidBudget(String)
  case unknownPolicy(UnknownEvictionPolicy)
  case unknownParameter(String, policy: String, known: [String])
  case outOfRange(option: String, value: String, expected: String)
  case fixedWhenFaithful(String)
  case noFaithfulForm(policy: String)
  case budgetMissing(policy: String)
  /// The protected slots and one chunk need more than the budget; `enough` is the smallest budget that would do.
  case protectedDoNotFit(budget: Int, sinks: Int, recent: Int, pinned: Int, chunk: Int, enough: Int?)
  case promptExceedsBudget(promptTokens: Int, budget: Int)
  /// The policy ranks prompts only, and another scope than `prefill` was asked for.
  case promptsOnly(policy: String)
  /// Two options that exclude each other: what the first asks for, and the second.
  case contradiction(String, String)
  /// `fair` without spans of the prompt to be fair to.
  case spansMissing
  case bytesTooFew(bytes: Int, smallest: Int)
  case tooManyTokens(promptTokens: Int, maxNewTokens: Int)
  case sizeOverflow(slots: Int)
  /// A saved cache was made under another option than is asked for now.
  case savedDiffers(option: String, saved: String, asked: String)
  /// A saved cache that cannot be used here, and why.
  case savedUnusable(String)
  case poolTooSmall(limitBytes: Int, smallest: Int)
  case poolUnavailable(limitBytes: Int)

  /// The option that is to be changed, as requests name it; nil where several could be.
  package var option: String? {
    switch self {
    case .unknownPolicy: "policy"
    case .invalidBudget, .budgetMissing, .promptExceedsBudget, .bytesTooFew: "budget"
    case .unknownParameter(let name, _, _): name
    case .outOfRange(let option, _, _): option
    case .promptsOnly: "scope"
    case .savedDiffers(let option, _, _): option
    case .spansMissing: "fair"
    case .contradiction(_, let option): String(option.prefix { $0 != "=" })
    default: nil
    }
  }

  package var description: String {
    switch self {
    case .impossibleShape(let what): "impossible cache shape: \(what)"
    case .invalidBudget(let text):
      "invalid cache budget '\(text)'; expected slots (512), a ratio of the prompt above 0 and at most 1 (0.5 or 50%),"
        + " or bytes (64MiB)"
    case .unknownPolicy(let error): error.description
    case .unknownParameter(let name, let policy, let known):
      "policy '\(policy)' has no parameter '\(name)'; "
        + (known.isEmpty ? "it has none" : "known: \(known.joined(separator: ", "))")
    case .outOfRange(let option, let value, let expected): "\(option) is \(value); expected \(expected)"
    case .fixedWhenFaithful(let option):
      "\(option) cannot be set together with faithful, which fixes it; leave out one of them"
    case .noFaithfulForm(let policy): "policy '\(policy)' has no faithful form; leave out faithful"
    case .budgetMissing(let policy):
      "policy '\(policy)' needs a budget: slots (512), a ratio of the prompt (0.5), or bytes (64MiB)"
    case .protectedDoNotFit(let budget, let sinks, let recent, let pinned, let chunk, let enough):
      "a budget of \(budget) slots is too small: \(sinks) sinks + \(recent) recent"
        + (pinned > 0 ? " + \(pinned) pinned" : "")
        + " + a chunk of \(chunk) = \(sinks + recent + pinned + chunk); "
        + (enough.map { "a budget of \($0) would do, or lower" } ?? "raise the budget, or lower")
        + " stride, sinks or recent" + (pinned > 0 ? ", or pin less" : "")
    case .promptExceedsBudget(let promptTokens, let budget):
      "the prompt has \(promptTokens) tokens, \(promptTokens - budget) more than the budget of \(budget) slots,"
        + " and policy 'full' never evicts; raise the budget or choose a policy that evicts"
    case .promptsOnly(let policy):
      "policy '\(policy)' evicts the prompt only; leave out scope, or set it to prefill"
    case .contradiction(let reason, let option): "\(reason), which excludes \(option); leave out one of them"
    case .spansMissing:
      "fair divides the budget over the messages of a chat, and this request has none; leave it out, or use chat"
    case .bytesTooFew(let bytes, let smallest):
      "a budget of \(bytes) bytes holds no sequence of this length; the smallest that does is \(smallest) bytes"
    case .tooManyTokens(let promptTokens, let maxNewTokens):
      "\(promptTokens) prompt tokens and \(maxNewTokens) new ones; expected at least 1 and 0, and at most"
        + " \(Int32.max) together"
    case .sizeOverflow(let slots):
      "a cache of \(slots) slots is larger than any address; ask for fewer tokens"
    case .savedDiffers(let option, let saved, let asked):
      "the saved cache has \(option) \(saved), and \(asked) is asked for; ask for the same, or leave the cache's options out"
    case .savedUnusable(let reason): "the saved cache cannot be used: \(reason)"
    case .poolTooSmall(let limitBytes, let smallest):
      "a cache pool of \(limitBytes) bytes cannot hold one page per head; at least \(smallest) bytes are needed"
    case .poolUnavailable(let limitBytes):
      "the system refused to map \(limitBytes) bytes for the cache pool; choose a smaller pool"
    }
  }
}
