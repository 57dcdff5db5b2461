import ArgumentParser

/// `kvota eval`: how good a model's answers are here, one measure a subcommand.
struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the quality of a model as it runs here, and what a cache budget costs and brings.",
    discussion: """
      perplexity tells how well a model predicts a text. All four compare eviction policies with the full cache, for \
      every budget:

        kvota eval perplexity --text book.txt --policies roco,tova --budgets 128,25%
        kvota eval agreement --text book.txt --policies roco,streaming --budgets 64,256
        kvota eval recall --budgets 128,256,512 --output recall.html
        kvota eval speed --policies roco,h2o --budgets 256
      """,
    subcommands: [EvalPerplexity.self, EvalAgreement.self, EvalRecall.self, EvalSpeed.self])
}

/// Refuses a number below what makes sense.
func require(_ option: String, _ value: Int, atLeast least: Int) throws {
  guard value >= least else { throw ValidationError("\(option) is \(value); expected \(least) or more") }
}
