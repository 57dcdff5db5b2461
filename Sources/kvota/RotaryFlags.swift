import ArgumentParser
import Models
import Serving

/// How positions rotate keys, in place of what the model file says.
struct RotaryFlags: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How to reach beyond the context of the training: none, linear, ntk or yarn. (default: the file's)",
      valueName: "kind"))
  var ropeScaling: String?

  @Option(
    help: ArgumentHelp(
      "By how much that multiplies the context, from 1 on; with --rope-scaling.", valueName: "factor"))
  var ropeFactor: String?

  @Option(help: ArgumentHelp("The base of the frequencies. (default: the file's)", valueName: "base"))
  var ropeBase: String?

  var settings: [SettingName: String?] {
    [.ropeScaling: ropeScaling, .ropeFactor: ropeFactor, .ropeBase: ropeBase]
  }
}

extension RotarySettings {
  /// The flags that ask for this.
  var flags: [String] {
    let options = [
      ("--rope-scaling", scaling?.rawValue), ("--rope-factor", factor.map { "\($0)" }),
      ("--rope-base", base.map { "\($0)" }),
    ]
    return options.flatMap { name, value in value.map { [name, $0] } ?? [] }
  }
}
