/// The texts that settings are read from: flags first, then the environment, then a file.
package struct SettingTexts: Sendable {
  package var flags: [SettingName: String]
  package var environment: [String: String]
  /// What the file says that `config` names.
  private(set) var file: [SettingName: String] = [:]
  private var filePath = ""

  package init(flags: [SettingName: String] = [:], environment: [String: String] = [:]) {
    self.flags = flags
    self.environment = environment
  }

  /// Reads the file that a flag or a variable names, if one does.
  mutating func readFile() throws(SettingsError) {
    guard let (path, origin) = text(.config) else { return }
    do throws(SettingsError) { file = try ConfigFile.read(path) } catch {
      throw SettingsError("\(origin): \(error)")
    }
    filePath = path
  }

  /// The text of a setting and the name that it was given under; an empty variable counts as not set.
  func text(_ name: SettingName) -> (value: String, origin: String)? {
    if let flag = flags[name] { return (flag, name.flag) }
    if let variable = environment[name.variable], !variable.isEmpty { return (variable, name.variable) }
    return file[name].map { ($0, "\(name.rawValue) in \(filePath)") }
  }

  /// The same texts one source at a time, the strongest first.
  var layers: [SettingTexts] {
    var (flagsOnly, environmentOnly, fileOnly) = (self, self, self)
    (flagsOnly.environment, flagsOnly.file) = ([:], [:])
    (environmentOnly.flags, environmentOnly.file) = ([:], [:])
    (fileOnly.flags, fileOnly.environment) = ([:], [:])
    return [flagsOnly, environmentOnly, fileOnly]
  }

  func integer(_ name: SettingName, in range: ClosedRange<Int>) throws(SettingsError) -> Int? {
    guard let (value, origin) = text(name) else { return nil }
    guard let number = Int(value), range.contains(number) else {
      throw SettingsError(
        "\(origin) is '\(value)'; expected a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func number(_ name: SettingName) throws(SettingsError) -> Double? {
    guard let (value, origin) = text(name) else { return nil }
    guard let number = Double(value), number.isFinite else {
      throw SettingsError("\(origin) is '\(value)'; expected a number")
    }
    return number
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: SettingName, of type: Choice.Type
  ) throws(SettingsError) -> Choice? where Choice.RawValue == String {
    guard let (value, origin) = text(name) else { return nil }
    guard let choice = Choice(rawValue: value) else {
      let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw SettingsError("\(origin) is '\(value)'; expected one of \(known)")
    }
    return choice
  }
}
