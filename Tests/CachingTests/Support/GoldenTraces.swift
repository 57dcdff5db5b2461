import Foundation

/// The synthetic traces of the paper's own code: attention in, evicted positions out.
struct GoldenTraces: Decodable {
  struct Table: Decodable {
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

  let tables: [Table]
  let traces: [Trace]

  static let shared: Result<GoldenTraces, any Error> = Result {
    let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let file = here.appendingPathComponent("../Golden/policy_synthetic.json")
    return try JSONDecoder().decode(GoldenTraces.self, from: Data(contentsOf: file))
  }
}
