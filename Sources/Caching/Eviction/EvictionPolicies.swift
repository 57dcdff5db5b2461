/// The registry: a new policy is a file in `Policies` and a line here.
///
/// Validation, error texts, help and the tests of laws that hold for every policy all read this table.
package enum EvictionPolicies {
  package static let all: [EvictionPolicyDescription] = [
    Full.description,
    Random.description,
    Streaming.description,
    H2O.description,
    TOVA.description,
    RoCo.description,
    SnapKV.description,
    SnapKV.generatingDescription,
    KeyDiff.description,
    ExpectedAttention.description,
    LagKV.description,
    RKV.description,
    LazyEviction.description,
  ]

  package static var names: [String] { all.map(\.name) }

  /// The policy of this name or alias.
  ///
  /// - Throws: `CacheError.unknownPolicy`, which lists the known names.
  package static func description(named name: String) throws(CacheError) -> EvictionPolicyDescription {
    guard let found = all.first(where: { $0.name == name || $0.aliases.contains(name) }) else {
      throw .unknownPolicy(UnknownEvictionPolicy(name: name))
    }
    return found
  }
}

/// A name that is not in the registry.
package struct UnknownEvictionPolicy: Error, Equatable, CustomStringConvertible {
  package let name: String

  package var description: String {
    "unknown eviction policy '\(name)'; known: \(EvictionPolicies.names.joined(separator: ", "))"
  }
}
