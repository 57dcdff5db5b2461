/// Where API keys come from.
package enum KeySource: Sendable, Equatable {
  /// No keys: everybody may ask.
  case none
  case file(String)
  /// The value of a variable.
  case variable(String)

  /// What the settings say: a file, or a variable that holds the keys themselves.
  ///
  /// They are read here once, so that a mistake shows at the start. Throws `SettingsError`, never with a key in its text.
  init(_ texts: SettingTexts) throws(SettingsError) {
    let variable = texts.environment["KVOTA_API_KEY"] ?? ""
    let file = texts.text(.apiKeyFile)
    if let file, !variable.isEmpty {
      throw SettingsError("\(file.origin) and KVOTA_API_KEY are both set; expected one place for API keys")
    }
    self = file.map { .file($0.value) } ?? (variable.isEmpty ? .none : .variable(variable))
    do throws(SettingsError) { _ = try keys() } catch {
      throw SettingsError("\(file?.origin ?? "KVOTA_API_KEY"): \(error)")
    }
  }

  /// The keys as they are there now; nil where everybody may ask.
  func keys() throws(SettingsError) -> [APIKey]? {
    switch self {
    case .none: nil
    case .file(let path): try APIKeyFile.read(path)
    case .variable(let text): try APIKeyFile.parse(variable: text)
    }
  }
}
