import Caching
import GGUF
import Models
import Serving

/// What a model file holds and costs, as numbers.
struct ModelReport: Encodable {
  struct TensorKind: Encodable {
    let type: String
    let tensors: Int
    let bytes: Int
  }

  struct BudgetCost: Encodable {
    /// Nil is the whole context without evictions.
    let budgetSlots: Int?
    let peakBytes: Int
    let sequencesInDefaultPool: Int
  }

  let name: String
  let architecture: String
  let layers: Int
  let width: Int
  let feedForwardWidth: Int
  let queryHeads: Int
  let kvHeads: Int
  let headDimension: Int
  /// Of each layer, and how many of them a token uses; nil without.
  let experts: Int?
  let expertsPerToken: Int?
  /// What a token sees in layers with a sliding window; nil without.
  let windowTokens: Int?
  let contextLength: Int
  let vocabularySize: Int
  let hasChatTemplate: Bool
  let tensorKinds: [TensorKind]
  let fileBytes: Int
  let weightBytes: Int
  let kvBytesPerToken: Int
  let defaultPoolBytes: Int
  let costs: [BudgetCost]

  private static let budgets = [128, 256, 512, 1024, 2048, 4096]
  /// Tokens to generate in the sequences that are sized; what is left of the context is prompt.
  private static let newTokens = 256

  init(_ file: GGUFFile, fileBytes: Int, machine: MachineMemory) throws {
    let model = try Architectures.configuration(of: file)
    let shape = try model.cacheShape
    let pool = machine.defaultPoolBytes(modelBytes: fileBytes)
    name = model.name
    architecture = model.architecture
    layers = model.layers
    width = model.width
    feedForwardWidth = model.experts?.width ?? model.feedForwardWidth
    experts = model.experts?.count
    expertsPerToken = model.experts?.used
    windowTokens = model.window?.tokens
    queryHeads = shape.queryHeads
    kvHeads = shape.kvHeads
    headDimension = shape.headDimension
    contextLength = model.contextLength
    vocabularySize = model.vocabularySize
    hasChatTemplate = try file.metadata.string("tokenizer.chat_template") != nil
    tensorKinds = Self.kinds(file.tensors)
    self.fileBytes = fileBytes
    weightBytes = tensorKinds.reduce(0) { $0 + $1.bytes }
    kvBytesPerToken = shape.tokenBytes
    defaultPoolBytes = pool
    costs = try Self.costs(shape, contextLength: model.contextLength, poolBytes: pool)
  }

  private static func kinds(_ tensors: [TensorInfo]) -> [TensorKind] {
    Dictionary(grouping: tensors, by: \.type.name).map { type, tensors in
      TensorKind(type: type, tensors: tensors.count, bytes: tensors.reduce(0) { $0 + $1.bytes.count })
    }.sorted { $0.bytes > $1.bytes }
  }

  private static func costs(
    _ shape: CacheShape, contextLength: Int, poolBytes: Int
  ) throws -> [BudgetCost] {
    let newTokens = min(newTokens, contextLength / 2)
    let budgets: [Int?] = Self.budgets.filter { $0 < contextLength } + [nil]
    return try budgets.map { budget in
      let request = CacheRequest(
        policy: budget == nil ? "full" : "roco", budget: budget.map(CacheBudget.slots))
      let plan = try CachePlan(
        request, shape: shape, promptTokens: contextLength - newTokens, maxNewTokens: newTokens)
      return BudgetCost(
        budgetSlots: budget, peakBytes: plan.peakBytes,
        sequencesInDefaultPool: poolBytes / max(1, plan.peakBytes))
    }
  }
}

extension ModelReport {
  /// The report for people.
  var text: String {
    let kinds = tensorKinds.map {
      "  \(pad($0.type, 8)) \(pad("\($0.tensors)", 5)) tensors  \(MemorySize.text($0.bytes))"
    }
    let costs = costs.map { cost in
      "  \(pad(cost.budgetSlots.map(String.init) ?? "full", 8)) \(pad(MemorySize.text(cost.peakBytes), 12))"
        + "\(cost.sequencesInDefaultPool)"
    }
    return """
      \(name): \(architecture), \(layers) layers, width \(width), feed-forward \(feedForwardText)
      heads          \(queryHeads) for queries, \(kvHeads) for keys and values, of \(headDimension)\(windowText)
      context        \(contextLength) tokens
      vocabulary     \(vocabularySize) tokens
      chat template  \(hasChatTemplate ? "yes" : "no; ChatML is used")
      tensors        (in memory about the same: \(MemorySize.text(weightBytes)))
      \(kinds.joined(separator: "\n"))
      KV cache       \(MemorySize.text(kvBytesPerToken)) a token

      A sequence as long as the context takes at most, under a budget (policy roco), and so many fit in the \
      default pool of \(MemorySize.text(defaultPoolBytes)):
        budget   most memory sequences
      \(costs.joined(separator: "\n"))
      """
  }

  private var feedForwardText: String {
    guard let experts, let expertsPerToken else { return "\(feedForwardWidth)" }
    return "\(expertsPerToken) of \(experts) experts of \(feedForwardWidth)"
  }

  private var windowText: String {
    windowTokens.map { ", in layers with a window over \($0) tokens" } ?? ""
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
