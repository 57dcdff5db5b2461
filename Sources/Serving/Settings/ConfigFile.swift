import FoundationEssentials
import TOMLKit

/// A file of settings in TOML: no tables, each key the name of a flag without its dashes.
enum ConfigFile {
  /// The settings of a file in the words of flags: `port = 8080` is `8080`, `true` is `on`, a list is its parts with commas.
  ///
  /// Throws `SettingsError` with the line of what is no TOML, or with the key that is unknown or has a value of another kind.
  static func read(_ path: String) throws(SettingsError) -> [SettingName: String] {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      throw SettingsError("'\(path)' cannot be read; expected a file of settings in TOML")
    }
    // The parser stops at a zero byte, and would take the rest for absent.
    guard let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0) else {
      throw SettingsError("'\(path)' is no text in UTF-8; expected settings in TOML")
    }
    do throws(SettingsError) { return try settings(try table(text)) } catch {
      throw SettingsError("\(path): \(error)")
    }
  }

  private static func table(_ text: String) throws(SettingsError) -> TOMLTable {
    do { return try TOMLTable(string: text) } catch let error as TOMLParseError {
      throw SettingsError(
        "line \(error.source.begin.line), column \(error.source.begin.column): \(error.description)")
    } catch {
      throw SettingsError("\(error)")
    }
  }

  private static func settings(_ table: TOMLTable) throws(SettingsError) -> [SettingName: String] {
    var settings: [SettingName: String] = [:]
    for key in table.keys.sorted() {
      guard let name = SettingName(rawValue: key), name != .config else {
        let known = SettingName.allCases.filter { $0 != .config }.map(\.rawValue)
        throw SettingsError("unknown setting '\(key)'; known: \(known.joined(separator: ", "))")
      }
      guard let value = table[key]?.tomlValue, let text = text(value) else {
        throw SettingsError("'\(key)' is neither a text nor a number, a truth value or a list of texts")
      }
      settings[name] = text
    }
    return settings
  }

  private static func text(_ value: TOMLValue) -> String? {
    if let list = value.array {
      let parts = list.compactMap { $0.tomlValue.string }
      return parts.count == list.count ? parts.joined(separator: ",") : nil
    }
    return value.string ?? value.int.map { "\($0)" } ?? value.double.map { "\($0)" }
      ?? value.bool.map { $0 ? Switch.on.rawValue : Switch.off.rawValue }
  }
}
