import Models

extension RotarySettings {
  /// Reads what is asked of rotary positions; what belongs together is checked here, what the model can do when it is loaded.
  init(_ texts: SettingTexts, contextLength: Int?) throws(SettingsError) {
    self.init()
    self.contextLength = contextLength
    scaling = try texts.choice(.ropeScaling, of: Scaling.self)
    factor = try texts.number(.ropeFactor)
    base = try texts.number(.ropeBase)
    let flags = [SettingName.ropeScaling, .ropeFactor, .ropeBase].map(\.flag).joined(separator: ", ")
    do throws(ModelError) { try check() } catch { throw SettingsError("\(flags): \(error)") }
  }
}
