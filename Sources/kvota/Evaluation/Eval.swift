import ArgumentParser

/// `kvota eval`: how good a model's answers are here, one measure a subcommand.
struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure the quality of a model as it runs here.", subcommands: [EvalPerplexity.self])
}
