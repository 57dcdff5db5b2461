import ArgumentParser
import Evaluation

/// `kvota eval agreement`: whether constrained caches go on as the full one does.
struct EvalAgreement: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agreement",
    abstract: "How often a constrained cache's next token is the full cache's.",
    discussion: """
      Takes prompts from places spread over the text. The full cache continues each greedily; every other cache is fed \
      the same tokens, and compared at each: is its likeliest token the same, and how far is its distribution from the \
      full cache's (Kullback-Leibler divergence)? The first difference is where two texts would part.

        kvota eval agreement --text book.txt --policies roco,tova,streaming --budgets 64,128,25% --output agreement.csv
      """)

  @OptionGroup(title: "Model")
  var model: ModelOptions

  @OptionGroup(title: "Caches to compare")
  var comparison: ComparisonOptions

  @OptionGroup(title: "Report")
  var reporting: ReportOptions

  @Option(help: ArgumentHelp("The text, a UTF-8 file.", valueName: "file"))
  var text: String

  @Option(help: ArgumentHelp("How many prompts.", valueName: "count"))
  var prompts = 4

  @Option(help: ArgumentHelp("Tokens in a prompt.", valueName: "tokens"))
  var promptTokens = 1024

  @Option(help: ArgumentHelp("Tokens to generate after each.", valueName: "tokens"))
  var newTokens = 64

  func validate() throws {
    try require("--prompts", prompts, atLeast: 1)
    try require("--prompt-tokens", promptTokens, atLeast: 2)
    try require("--new-tokens", newTokens, atLeast: 1)
  }

  func run() throws {
    let text = try TextFile(text)
    let cells = try comparison.cells()
    let session = try EvalSession(model)
    let pieces = try TextWindows.spread(text.content, session.tokenizer, size: promptTokens, count: prompts)
    let rows = try AgreementMeasurement(session.runner)
      .compare(session.compared(cells), after: pieces, newTokens: newTokens, progress: session.progress.show)
    try reporting.deliver(
      session.report(
        "Agreement with the full cache",
        settings: [
          ("text", .text(text.name)), ("prompts", .count(prompts)), ("prompt_tokens", .count(promptTokens)),
          ("new_tokens", .count(newTokens)),
        ],
        tables: [AgreementMeasurement.table(rows)], plots: AgreementMeasurement.plots(rows)))
  }
}
