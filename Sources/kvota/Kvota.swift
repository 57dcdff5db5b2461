import ArgumentParser

/// The program: one subcommand a file.
@main
struct Kvota: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "kvota",
    abstract: "An OpenAI-compatible inference server with a KV-cache budget for each request.",
    discussion: """
      Every request may say how much of its key-value cache it wants to keep, and which policy chooses what goes.
      Start with:

        kvota serve                            # the model of `make model`
        kvota generate --prompt "The sea is"   # no server, text to the terminal
        kvota policies                         # what can be asked for, and how
      """,
    version: version,
    subcommands: [
      Serve.self, Generate.self, Inspect.self, Fetch.self, Policies.self, Bench.self, Eval.self,
      Synthesize.self,
    ])
}
