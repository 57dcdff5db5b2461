import ChatTemplates
import FoundationEssentials

/// Which chat template is used.
package enum TemplateChoice: Equatable, Sendable {
  /// The one in the model's file, or ChatML if there is none.
  case model
  case named(String, template: String)
  case file(String, template: String)
  /// Its text stands in the setting itself.
  case written(String)

  /// The template's text; nil for the model's.
  var template: String? {
    switch self {
    case .model: nil
    case .named(_, let template), .file(_, let template), .written(let template): template
    }
  }

  /// Reads the two settings, of which one may be there; a flag of either beats a variable of either, and that a file.
  ///
  /// Throws `SettingsError` for a name or file that there is not, or a text that is no template, with the line of its mistake.
  init(_ texts: SettingTexts) throws(SettingsError) {
    let texts =
      texts.layers.first { $0.text(.chatTemplate) != nil || $0.text(.chatTemplateFile) != nil } ?? texts
    let (given, file) = (texts.text(.chatTemplate), texts.text(.chatTemplateFile))
    if let given, let file {
      throw SettingsError("\(given.origin) and \(file.origin) both name a chat template; give one")
    }
    if let (value, origin) = given {
      self = try Self.choice(value, origin)
    } else if let (path, origin) = file {
      self = .file(path, template: try Self.read(path, origin))
    } else {
      self = .model
    }
    guard let template, let origin = given?.origin ?? file?.origin else { return }
    do throws(TemplateError) { _ = try ChatTemplate(template) } catch {
      throw SettingsError("\(origin) is no chat template in Jinja: \(error)")
    }
  }

  private static func choice(_ value: String, _ origin: String) throws(SettingsError) -> TemplateChoice {
    if let template = NamedTemplates.all[value] { return .named(value, template: template) }
    // No template is without a tag.
    guard value.contains("{") else {
      throw SettingsError(
        "\(origin) is '\(value)'; expected one of \(NamedTemplates.names.joined(separator: ", ")), or a template's text"
          + " (for a file there is \(SettingName.chatTemplateFile.flag))")
    }
    return .written(value)
  }

  private static func read(_ path: String, _ origin: String) throws(SettingsError) -> String {
    guard let data = try? Data(contentsOf: URL(filePath: path)),
      let text = String(validating: data, as: UTF8.self)
    else {
      throw SettingsError("\(origin) is '\(path)', which cannot be read; expected a template's text in UTF-8")
    }
    return text
  }
}
