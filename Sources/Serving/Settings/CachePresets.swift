import Caching
import OpenAIAPI

/// The caches that `/v1/models` lists behind the model's name, as `--kv-presets` has them.
enum CachePresets {
  /// A budget that suits a conversation of a few thousand tokens.
  private static let usualBudget = 512

  /// One for each policy.
  static let usual = EvictionPolicies.all.map { $0.evicts ? "\($0.name)-\(usualBudget)" : $0.name }

  /// Reads and checks the presets, which have spaces between them; nil if none are set.
  static func presets(_ texts: SettingTexts) throws(SettingsError) -> [String]? {
    guard let (value, origin) = texts.text(.kvPresets) else { return nil }
    let presets = value.split(separator: " ").map(String.init)
    for preset in presets {
      let reason: String
      do {
        try CacheDefaults.check(ModelReference("model@" + preset).cache ?? CacheOptions())
        continue
      } catch let error as APIError {
        reason = error.message
      } catch {
        reason = "\(error)"
      }
      throw SettingsError(
        "\(origin) has '\(preset)', expected one such as roco-512 or h2o-256;pins=system: \(reason)")
    }
    return presets
  }
}
