import Foundation

@testable import ChatTemplates

/// What Jinja made of a template, written by `Golden/make_goldens.py`.
struct Golden: Decodable, CustomStringConvertible {
  let name: String
  let template: String

  /// The key of its variables in the file.
  let variables: String

  /// Jinja's text; nil where it failed.
  let expected: String?
  let failure: String?

  var description: String { name }

  struct File: Decodable {
    let nowSeconds: Int
    let variables: [String: GoldenValue]
    let cases: [Golden]

    func variables(of golden: Golden) -> TemplateMapping {
      guard case .mapping(let mapping)? = variables[golden.variables]?.value else { return [:] }
      return mapping
    }
  }

  /// All goldens; without the file there are none, which a test notices.
  static let file: File? = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
      path: "Golden/goldens.json")
    return (try? Data(contentsOf: path)).flatMap { try? JSONDecoder().decode(File.self, from: $0) }
  }()
}

/// A variable of a golden; mappings are pairs, which keep their order.
struct GoldenValue: Decodable {
  let value: TemplateValue

  private struct Mapping: Decodable { let pairs: [[GoldenValue]] }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      value = .none
    } else if let boolean = try? container.decode(Bool.self) {
      value = .boolean(boolean)
    } else if let integer = try? container.decode(Int.self) {
      value = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      value = .number(number)
    } else if let string = try? container.decode(String.self) {
      value = .string(string)
    } else if let elements = try? container.decode([GoldenValue].self) {
      value = .list(elements.map(\.value))
    } else {
      var mapping = TemplateMapping()
      for pair in try container.decode(Mapping.self).pairs {
        guard pair.count == 2, case .string(let key) = pair[0].value else { continue }
        mapping[key] = pair[1].value
      }
      value = .mapping(mapping)
    }
  }
}
