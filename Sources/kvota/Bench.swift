import ArgumentParser

/// `kvota bench`: how fast it is here.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure speed and memory here, beside llama.cpp's server if you have it.",
    discussion: """
      speed measures the model without HTTP, and is what `kvota bench` alone does. load, conversations, http and soak start \
      servers and have many clients use them.

        kvota bench --only 'roco 512'
        kvota bench load --clients 16 --peer-server bin/llama-server
        kvota bench conversations --kv-memory 256MiB
        kvota bench soak --minutes 10
      """,
    subcommands: [BenchSpeed.self, BenchLoad.self, BenchConversations.self, BenchHTTP.self, BenchSoak.self],
    defaultSubcommand: BenchSpeed.self)
}
