import ArgumentParser
import Evaluation
import Inference

/// `kvota eval speed`: what a policy's cache costs and saves in time and memory.
struct EvalSpeed: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "speed",
    abstract: "How fast a model runs under each policy and budget, and what evictions take of it.",
    discussion: """
      One sequence, in this process: a prompt, then generated tokens. All caches take turns in every repetition; the \
      figures are medians. `kvota bench` compares with the machine's ceilings, and measures several sequences at once.

        kvota eval speed --policies streaming,h2o,tova,roco --budgets 128,512,2048 --prompt-tokens 4096
      """)

  @OptionGroup(title: "Model")
  var model: ModelOptions

  @OptionGroup(title: "Caches to compare")
  var comparison: ComparisonOptions

  @OptionGroup(title: "Report")
  var reporting: ReportOptions

  @Option(help: ArgumentHelp("Tokens in the prompt.", valueName: "tokens"))
  var promptTokens = 1024

  @Option(help: ArgumentHelp("Tokens to generate after it.", valueName: "tokens"))
  var newTokens = 64

  @Option(help: ArgumentHelp("How often each cache is measured.", valueName: "count"))
  var repetitions = 3

  func validate() throws {
    try require("--prompt-tokens", promptTokens, atLeast: 2)
    try require("--new-tokens", newTokens, atLeast: 1)
    try require("--repetitions", repetitions, atLeast: 1)
  }

  func run() throws {
    let cells = try comparison.cells()
    let session = try EvalSession(model)
    var random = SeededGenerator(seed: 1)
    let vocabulary = UInt64(session.runner.vocabularySize)
    let prompt = (0..<promptTokens).map { _ in Int32(random.next() % vocabulary) }
    let rows = try SpeedMeasurement(session.runner).compare(
      session.compared(cells), prompt: prompt, newTokens: newTokens, repetitions: repetitions,
      progress: session.progress.show)
    try reporting.deliver(
      session.report(
        "Speed under eviction",
        settings: [
          ("prompt_tokens", .count(promptTokens)), ("new_tokens", .count(newTokens)),
          ("repetitions", .count(repetitions)),
        ],
        tables: [SpeedMeasurement.table(rows)], plots: SpeedMeasurement.plots(rows)))
  }
}
