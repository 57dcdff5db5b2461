import ArgumentParser
import Foundation
import Serving

/// `kvota fetch`: gets a model file.
struct Fetch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Fetch a model file from Hugging Face or any other place.",
    discussion: """
      The file comes into the cache folder, where `kvota serve --model NAME` finds it. One that was begun goes on where it \
      ended, as long as the server's is still the same. What has a checksum, here or at Hugging Face, is checked before it gets \
      its name.

        kvota fetch hf://ggml-org/models/tinyllamas/stories260K.gguf
        kvota fetch hf://owner/repository@revision/model.Q4_K_M.gguf
        kvota fetch https://models.example/model.gguf --sha256 9b1c... --output models/

      HF_ENDPOINT names another place than https://huggingface.co for hf://, HF_TOKEN what to show there. curl does the fetching, \
      so its variables (https_proxy, no_proxy) hold.
      """)

  @Argument(help: "hf://OWNER/REPOSITORY[@REVISION]/FILE, or an http(s) address.")
  var source: String

  @Option(
    help: ArgumentHelp(
      "Where to put it: a path, or a folder. (default: the cache folder, ~/.cache/kvota)", valueName: "path"))
  var output: String?

  @Option(help: ArgumentHelp("The checksum that it must have, 64 hexadecimal digits.", valueName: "digits"))
  var sha256: String?

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    let source = try FetchSource(source, environment: environment)
    let expected = try sha256.map { text in
      guard let checksum = Checksum(text) else {
        throw ValidationError("--sha256 is '\(text)'; expected 64 hexadecimal digits")
      }
      return checksum
    }
    let target = try FetchTarget(output, source: source, cacheFolder: ModelFile.cacheFolder(environment))
    let outcome = try Download(source: source, target: target, expected: expected).run()
    Console.print(outcome.text(target.path))
  }
}
