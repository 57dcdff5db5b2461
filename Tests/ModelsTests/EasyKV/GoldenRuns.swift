import Caching
import Foundation

/// Runs of the default model under EasyKV, the code of the RoCo paper, in 32-bit floats: tokens in, victims out.
struct GoldenRuns: Decodable {
  private struct File: Decodable {
    let layers: [Int]
    let prompts: [String: [Int32]]
    let runs: [Entry]
  }
  private struct Entry: Decodable {
    let prompt: String
    let mode: String
    let policy: String
    let budget: Double
    let stride: Int
    /// The tokens that were generated and fed back.
    let fed: [Int32]
    /// Bits of the positions that remain, in hexadecimal digits, lowest first: one text for all heads, or for every layer's, or for each head.
    let kept: [String]
    let steps: [Step]
  }
  struct Step: Decodable {
    /// Tokens fed until the eviction.
    let after: Int
    /// Positions evicted: one list for all heads, or for every one of `layers`, or for each of their heads.
    let evicted: [[Int32]]
  }

  let runs: [GoldenRun]

  init(from decoder: any Decoder) throws {
    let file = try File(from: decoder)
    runs = try file.runs.map { entry in
      guard let prompt = file.prompts[entry.prompt], let scope = Self.scopes[entry.mode] else {
        throw DecodingError.valueNotFound(
          GoldenRun.self, .init(codingPath: [], debugDescription: "prompt or mode of a run"))
      }
      return GoldenRun(
        request: CacheRequest(
          policy: entry.policy == "h2o_head" ? "h2o" : entry.policy,
          budget: entry.budget < 1 ? .ratio(entry.budget) : .slots(Int(entry.budget)), scope: scope,
          stride: entry.stride, faithful: true),
        prompt: prompt, generated: entry.fed, listedLayers: file.layers,
        steps: Dictionary(uniqueKeysWithValues: entry.steps.map { ($0.after, $0.evicted) }),
        kept: entry.kept.map(Self.positions))
    }
  }

  private static let scopes: [String: BudgetScope] = [
    "auto": .total, "decoding": .generated, "encoding": .prefill,
  ]

  private static func positions(_ digits: String) -> Set<Int32> {
    var positions = Set<Int32>()
    for (index, digit) in digits.enumerated() {
      let bits = digit.hexDigitValue ?? 0
      for bit in 0..<4 where bits >> bit & 1 == 1 { positions.insert(Int32(4 * index + bit)) }
    }
    return positions
  }

  static let all = Result {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../Golden/easykv_model.json")
    return try JSONDecoder().decode(GoldenRuns.self, from: Data(contentsOf: file)).runs
  }
}

/// One of them.
struct GoldenRun: Sendable {
  let request: CacheRequest
  let prompt: [Int32]
  let generated: [Int32]
  /// Layers whose victims are known step by step; of the others it is known what remains.
  let listedLayers: [Int]
  fileprivate let steps: [Int: [[Int32]]]
  fileprivate let kept: [Set<Int32>]

  var tokens: [Int32] { prompt + generated }
  /// Forwards that were followed by evictions.
  var evictions: Int { steps.count }

  /// Positions that EasyKV evicted after `fed` tokens; nil in layers that are not listed.
  func victims(layer: Int, head: Int, fed: Int, kvHeads: Int) -> [Int32]? {
    guard let place = listedLayers.firstIndex(of: layer) else { return nil }
    return steps[fed].map { Self.pick($0, place * kvHeads + head, of: listedLayers.count * kvHeads) } ?? []
  }

  /// Positions that EasyKV held at the end, without a prompt outside the budget.
  func kept(layer: Int, head: Int, layers: Int, kvHeads: Int) -> Set<Int32> {
    Self.pick(kept, layer * kvHeads + head, of: layers * kvHeads)
  }

  /// The element for one of `count` heads in a list for all of them, for groups of them or for each.
  private static func pick<T>(_ lists: [T], _ index: Int, of count: Int) -> T {
    lists[index * lists.count / count]
  }
}
