import Foundation

/// A chat template in short: which known format it writes, if it is one, and how it begins.
struct ChatTemplateReport: Encodable, Equatable {
  let format: String?
  let firstLines: [String]

  /// Formats by the texts that all templates of them hold; the first that fits counts.
  private static let formats: [(name: String, marks: [String])] = [
    ("ChatML", ["<|im_start|>", "<|im_end|>"]), ("Llama 3", ["<|start_header_id|>", "<|eot_id|>"]),
    ("Gemma", ["<start_of_turn>", "<end_of_turn>"]), ("Llama 2 or Mistral", ["[INST]", "[/INST]"]),
    ("Phi-3", ["<|user|>", "<|end|>"]), ("Zephyr", ["<|user|>", "<|assistant|>"]),
    ("DeepSeek", ["<\u{FF5C}User\u{FF5C}>"]), ("Vicuna", ["USER:", "ASSISTANT:"]),
  ]
  private static let (mostLines, mostCharacters) = (3, 100)

  init(_ template: String) {
    format = Self.formats.first { $0.marks.allSatisfy(template.contains) }?.name
    firstLines = template.split(separator: "\n", maxSplits: Self.mostLines).prefix(Self.mostLines).map {
      line in
      // Control characters would steer the terminal that they are shown on.
      let plain = String(
        line.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
      return plain.count > Self.mostCharacters ? plain.prefix(Self.mostCharacters) + "..." : plain
    }
  }

  /// The report for people, its lines behind the first indented.
  var text: String {
    ([format ?? "a format of its own"] + firstLines.map { "    \($0)" }).joined(separator: "\n")
  }
}
