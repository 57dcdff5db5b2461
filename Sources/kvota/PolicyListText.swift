import Serving

extension PolicyList.Policy {
  /// What differs between policies, for the terminal.
  fileprivate var traits: String {
    guard evicts else { return "nothing is evicted" }
    let generated =
      evictsGenerated
      ? "evicts the prompt and every \(interval == 1 ? "generated token" : "\(interval) generated tokens")"
      : "evicts the prompt only"
    let recent =
      evictsGenerated ? "recent \(prefillRecent), generating \(decodeRecent)" : "recent \(prefillRecent)"
    return [
      generated, recent, pool > 1 ? "pool \(pool)" : nil,
      needsOriginalPositions ? "original positions only" : nil,
    ].compactMap { $0 }.joined(separator: "; ")
  }
}

extension PolicyList {
  /// For the terminal.
  var text: String {
    [
      "Policies (recent: newest slots that stay by default)", policies.map(text).joined(separator: "\n"),
      "\nAllocators", allocators.map { line($0.name, $0.summary) }.joined(separator: "\n"),
      "\nOptions", options.map { line($0.name, $0.summary) }.joined(separator: "\n"),
    ].joined(separator: "\n")
  }

  private func text(_ policy: Policy) -> String {
    let names = ([policy.name] + policy.aliases).joined(separator: ", ")
    let parameters = policy.parameters.map { parameter in
      let numbers = ([parameter.defaultValue] + parameter.range).map {
        parameter.isWhole ? "\(Int($0))" : "\($0)"
      }
      return "\n      \(parameter.name) = \(numbers[0]), \(numbers[1]) to \(numbers[2]): \(parameter.summary)"
    }
    return line(names, policy.summary) + "\n      \(policy.traits)" + parameters.joined()
  }

  private func line(_ name: String, _ summary: String) -> String {
    "  " + name + String(repeating: " ", count: max(1, 20 - name.count)) + summary
  }
}
