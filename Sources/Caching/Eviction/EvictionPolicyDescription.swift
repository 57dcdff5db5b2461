/// A number that a request may set for one policy.
package struct PolicyParameter: Sendable, Equatable {
  package let name: String
  package let summary: String
  package let defaultValue: Double
  package let range: ClosedRange<Double>
  /// Whether it counts something, so that fractions are refused.
  package var isWhole = false

  /// The parameter of policies that rank too dearly, or too much alike, to do so after every token.
  static func interval(_ defaultValue: Double) -> Self {
    Self(
      name: "interval", summary: "generated tokens from one eviction to the next", defaultValue: defaultValue,
      range: 1...1024, isWhole: true)
  }

  func accepts(_ value: Double) -> Bool {
    range.contains(value) && (!isWhole || value == value.rounded())
  }

  /// What is accepted, for error texts.
  var expectation: String {
    isWhole
      ? "a whole number from \(Int(range.lowerBound)) to \(Int(range.upperBound))"
      : "\(range.lowerBound) to \(range.upperBound)"
  }
}

/// The checked values of a policy's parameters.
struct PolicyParameters {
  private let values: [String: Double]

  init(_ values: [String: Double]) { self.values = values }

  subscript(_ parameter: PolicyParameter) -> Double {
    values[parameter.name] ?? parameter.defaultValue
  }
}

/// How the paper's code treats a policy, where that differs from the default.
struct EasyKVForm: Sendable, Equatable {
  /// Whether the first positions stay protected once the prompt has been fed.
  var keepsSinksInDecode = false
  /// Whether, in `prefill` scope, all heads of a layer rank by their common mean of the last query's attention.
  var averagesLastInPrefill = false
}

/// A policy as the registry knows it.
package struct EvictionPolicyDescription: Sendable {
  package let name: String
  package var aliases: [String] = []
  /// One line for help texts.
  package let summary: String
  package var parameters: [PolicyParameter] = []
  /// Whether it ever evicts; `full` does not, and alone needs no budget.
  package var evicts = true
  /// Whether it ranks generated tokens too; otherwise only the prompt is evicted, and `prefill` is the only scope.
  package var evictsGenerated = true
  /// Whether its rule needs keys that are rotated at their original positions.
  package var needsOriginalPositions = false
  /// Neighbours in position, itself included, of whose worth a slot gets the largest; odd, 1 for none.
  package var pool = 1
  /// Newest slots kept by default after a chunk of the prompt.
  package var prefillRecent = RecentWindow.slots(0)
  /// Newest slots kept by default after a generated token.
  package var decodeRecent = RecentWindow.slots(0)
  /// Nil if the policy has no form that is faithful to EasyKV.
  var easyKV: EasyKVForm?
  let make: @Sendable (PolicyParameters) -> any EvictionPolicy

  /// The policy with these parameters, the others at their defaults.
  ///
  /// - Throws: `CacheError.unknownParameter` or `.outOfRange`.
  package func policy(with values: [String: Double]) throws(CacheError) -> any EvictionPolicy {
    for (given, value) in values.sorted(by: { $0.key < $1.key }) {
      guard let parameter = parameters.first(where: { $0.name == given }) else {
        throw .unknownParameter(given, policy: name, known: parameters.map(\.name))
      }
      guard parameter.accepts(value) else {
        throw .outOfRange(
          option: given, value: "\(value)", expected: "\(parameter.expectation), for the policy '\(name)'")
      }
    }
    return make(PolicyParameters(values))
  }
}
