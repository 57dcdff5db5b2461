import ArgumentParser
import Caching
import Foundation

/// `kvota policies`: what the registry knows.
struct Policies: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the eviction policies, and how a request chooses one.")

  @Flag(help: "Print JSON.")
  var json = false

  private struct Parameter: Encodable {
    let name: String
    let summary: String
    let defaultValue: Double
    let range: [Double]
    let isWhole: Bool
  }

  private struct Policy: Encodable {
    let name: String
    let aliases: [String]
    let summary: String
    let evicts: Bool
    let parameters: [Parameter]

    init(_ description: EvictionPolicyDescription) {
      name = description.name
      aliases = description.aliases
      summary = description.summary
      evicts = description.evicts
      parameters = description.parameters.map {
        Parameter(
          name: $0.name, summary: $0.summary, defaultValue: $0.defaultValue,
          range: [$0.range.lowerBound, $0.range.upperBound], isWhole: $0.isWhole)
      }
    }
  }

  private static let usage = """
    A request chooses in its body, in a header, or by the model's name (body beats header beats name):

      {"kv_cache": {"policy": "roco", "budget": 512}}
      x-kvota-kv: roco; budget=50%; stride=16
      {"model": "NAME@roco-512"}

    A budget is slots for each layer and head (512), a share of the prompt (0.5, 50%) or bytes (64MiB).
    Further fields: stride, sinks, recent, recent_ratio, scope (total, generated, prefill), seed, faithful,
    and what stands under a policy above.
    """

  func run() throws {
    let policies = EvictionPolicies.all.map(Policy.init)
    Console.print(
      json ? try JSONText.of(policies) : policies.map(text).joined(separator: "\n") + "\n\n" + Self.usage)
  }

  private func text(_ policy: Policy) -> String {
    let names = ([policy.name] + policy.aliases).joined(separator: ", ")
    let head = names.padding(toLength: max(20, names.count + 1), withPad: " ", startingAt: 0) + policy.summary
    let parameters = policy.parameters.map { parameter in
      let numbers = ([parameter.defaultValue] + parameter.range).map {
        parameter.isWhole ? "\(Int($0))" : "\($0)"
      }
      return "\n    \(parameter.name) = \(numbers[0]), \(numbers[1]) to \(numbers[2]): \(parameter.summary)"
    }
    return head + parameters.joined()
  }
}

/// Reports as JSON for scripts.
enum JSONText {
  static func of(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
