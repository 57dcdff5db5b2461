import Foundation

@testable import ChatTemplates

/// What Jinja made of a real template, written by `Golden/make_template_goldens.py`: digests, as the texts are not ours.
struct TemplateGolden: Decodable, CustomStringConvertible {
  /// The template's file, in the folder that `KVOTA_TEST_DATA` names.
  let template: String
  let digest: String

  /// For each conversation the digests without and with a generation prompt; nil where Jinja failed.
  let renderings: [String: [String?]]

  var description: String { template }

  /// The template's text, nil where it is absent.
  var source: String? {
    guard let folder = TemplateGolden.folder,
      let data = try? Data(contentsOf: URL(filePath: folder).appending(path: template))
    else { return nil }
    return String(data: data, encoding: .utf8)
  }

  struct File: Decodable {
    let nowSeconds: Int
    let conversations: [String: GoldenValue]
    let templates: [TemplateGolden]

    func variables(_ name: String, addsGenerationPrompt: Bool) -> TemplateMapping {
      guard case .mapping(var mapping)? = conversations[name]?.value else { return [:] }
      mapping["add_generation_prompt"] = .boolean(addsGenerationPrompt)
      return mapping
    }
  }

  static let file: File? = {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Golden/template-goldens.json")
    return (try? Data(contentsOf: path)).flatMap { try? JSONDecoder().decode(File.self, from: $0) }
  }()

  static let folder = ProcessInfo.processInfo.environment["KVOTA_TEST_DATA"].map { $0 + "/templates" }

  /// FNV-1a of a text's bytes in 64 bits, and their count.
  static func digest(_ text: String) -> String {
    let value = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits + " \(text.utf8.count)"
  }
}
