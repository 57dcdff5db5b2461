import Caching
import GGUF
import Kernels
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
    /// With keys and values in 8 bits.
    let peakBytesQ8: Int
    let sequencesInDefaultPoolQ8: Int
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
  let tokenizer: String?
  /// Nil if there is none, and ChatML is used.
  let chatTemplate: ChatTemplateReport?
  let tensorKinds: [TensorKind]
  let fileBytes: Int
  let weightBytes: Int
  let kvBytesPerToken: Int
  let kvBytesPerTokenQ8: Int
  /// What is left of `kvBytesPerToken` once a token has left the window; nil without.
  let kvBytesPerTokenBeyondWindow: Int?
  let machineBytes: Int?
  let availableBytes: Int?
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
    tokenizer = try file.metadata.string("tokenizer.ggml.model")
    chatTemplate = try file.metadata.string("tokenizer.chat_template").map(ChatTemplateReport.init)
    tensorKinds = Self.kinds(file.tensors)
    self.fileBytes = fileBytes
    weightBytes = tensorKinds.reduce(0) { $0 + $1.bytes }
    kvBytesPerToken = shape.tokenBytes
    kvBytesPerTokenQ8 = shape.stored(as: .q8).tokenBytes
    kvBytesPerTokenBeyondWindow = model.window.map { _ in shape.lastingTokenBytes }
    machineBytes = machine.totalBytes
    availableBytes = machine.availableBytes
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
      let peaks = try [shape, shape.stored(as: .q8)].map { shape in
        try CachePlan(
          request, shape: shape, promptTokens: contextLength - newTokens, maxNewTokens: newTokens
        ).peakBytes
      }
      return BudgetCost(
        budgetSlots: budget, peakBytes: peaks[0], sequencesInDefaultPool: poolBytes / max(1, peaks[0]),
        peakBytesQ8: peaks[1], sequencesInDefaultPoolQ8: poolBytes / max(1, peaks[1]))
    }
  }
}

extension CacheShape {
  fileprivate func stored(as type: KeyValueType) -> CacheShape {
    var shape = self
    shape.type = type
    return shape
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
        + "\(pad("\(cost.sequencesInDefaultPool)", 10))\(pad(MemorySize.text(cost.peakBytesQ8), 12))"
        + "\(cost.sequencesInDefaultPoolQ8)"
    }
    return """
      \(name): \(architecture), \(layers) layers, width \(width), feed-forward \(feedForwardText)
      heads          \(queryHeads) for queries, \(kvHeads) for keys and values, of \(headDimension)\(windowText)
      context        \(contextLength) tokens
      vocabulary     \(vocabularySize) tokens, \(tokenizer ?? "no tokenizer")
      chat template  \(chatTemplate?.text ?? "none; ChatML is used")
      tensors        (in memory about the same: \(MemorySize.text(weightBytes)))
      \(kinds.joined(separator: "\n"))
      KV cache       \(MemorySize.text(kvBytesPerToken)) a token\(beyondWindowText); \(MemorySize.text(kvBytesPerTokenQ8)) with --kv-type q8
      this machine   \(memory)

      A sequence as long as the context takes at most, under a budget (policy roco), and so many fit in the \
      default pool of \(MemorySize.text(defaultPoolBytes)):
                 f16                   q8
        budget   most memory sequences most memory sequences
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

  private var beyondWindowText: String {
    kvBytesPerTokenBeyondWindow.map { ", \(MemorySize.text($0)) beyond the window" } ?? ""
  }

  private var memory: String {
    guard let machineBytes, let availableBytes else { return "memory unknown" }
    let (all, free) = (MemorySize.text(machineBytes), MemorySize.text(availableBytes))
    let fits = weightBytes < availableBytes ? "" : ": TOO LITTLE FOR THE WEIGHTS"
    return "\(all) of memory, \(free) of it free\(fits)"
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
