import Foundation

/// The synthetic traces of the paper's own code: attention in, evicted positions out.
struct GoldenTraces: Decodable {
  struct Table: Decodable {
    let T: Int
    let kv_heads: Int
    let attn_e6: [[[[Int]]]]
  }
  struct Step: Decodable {
    let after: Int
    let evicted: [[[Int]]]
  }
  struct Rows: Decodable {
    let after: Int
    let attn_e6: [[[[Int]]]]
  }
  struct Trace: Decodable, CustomStringConvertible, Sendable {
    let name: String
    let policy: String
    let mode: String
    let prompt: Int
    let generate: Int
    let budget: Double
    let stride: Int
    let cap: Int?
    let layers: Int
    let kv_heads: Int
    let query_heads: Int
    let forwards: [Int]
    let steps: [Step]
    let kept: [[[Int]]]
    let table: Int?
    let rows: [Rows]?

    var description: String { name }
  }

  /// A table as means over the groups of query heads, flat: `[layer][KV head][query][key]`.
  struct Means: Sendable {
    let tokens: Int
    let kvHeads: Int
    var means: [Float] = []

    init(_ table: Table) {
      tokens = table.T
      kvHeads = table.kv_heads
      for layer in table.attn_e6 {
        let group = layer.count / kvHeads
        for head in 0..<kvHeads {
          for query in 0..<tokens {
            for key in 0..<tokens {
              means.append(
                key > query ? 0 : Self.mean(layer[head * group..<(head + 1) * group].map { $0[query][key] }))
            }
          }
        }
      }
    }

    subscript(_ at: AttentionPlace) -> Float {
      means[((at.layer * kvHeads + at.head) * tokens + at.query) * tokens + at.position]
    }

    /// The mean of numbers given in millionths, each rounded to `Float` first, as the oracle has them.
    static func mean(_ millionths: [Int]) -> Float {
      millionths.reduce(Float(0)) { $0 + Float(Double($1) / 1e6) } / Float(millionths.count)
    }
  }

  let tables: [Table]
  let traces: [Trace]

  static let shared: Result<(traces: [Trace], tables: [Means]), any Error> = Result {
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = here.appendingPathComponent("../Golden/policy_synthetic.json")
    let golden = try JSONDecoder().decode(GoldenTraces.self, from: Data(contentsOf: file))
    return (golden.traces, golden.tables.map(Means.init))
  }
}
