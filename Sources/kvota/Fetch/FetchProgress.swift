import Foundation
import Serving

/// Shows how much of a file has come, how fast, and when the rest will be there: a bar on a terminal, a line for each quarter elsewhere.
final class FetchProgress {
  private static let width = 30
  private let name: String
  private let total: Int?
  private let isTerminal = Console.showsErrorsOnTerminal
  private let began = ContinuousClock.now
  private let startBytes: Int
  private var shownQuarter = 0

  init(name: String, total: Int?, start: Int) {
    self.name = name
    self.total = total
    startBytes = start
    if start > 0 { Console.note("going on after \(MemorySize.text(start)) that were fetched before") }
  }

  func show(_ bytes: Int) {
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    let rate = seconds > 0 ? Double(max(0, bytes - startBytes)) / seconds : 0
    if isTerminal {
      Console.redraw(Self.line(name, bytes: bytes, total: total, bytesPerSecond: rate))
    } else if let total, total > 0, bytes * 4 / total > shownQuarter {
      shownQuarter = bytes * 4 / total
      Console.note(
        "\(name): \(shownQuarter * 25) % of \(MemorySize.text(total)), \(MemorySize.text(Int(rate)))/s")
    }
  }

  func end() { if isTerminal { Console.redraw("") } }

  /// As in `model.gguf [#####.....] 50 % of 1.2 GiB, 10.5 MiB/s, 0:58 left`.
  static func line(_ name: String, bytes: Int, total: Int?, bytesPerSecond: Double) -> String {
    let speed = "\(MemorySize.text(Int(bytesPerSecond)))/s"
    guard let total, total > 0 else { return "\(name) \(MemorySize.text(bytes)), \(speed)" }
    let share = min(1, Double(bytes) / Double(total))
    let filled = Int(share * Double(width))
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
    let rest = bytesPerSecond > 0 ? ", \(time(Double(max(0, total - bytes)) / bytesPerSecond)) left" : ""
    return "\(name) [\(bar)] \(Int(share * 100)) % of \(MemorySize.text(total)), \(speed)\(rest)"
  }

  private static func time(_ seconds: Double) -> String {
    let all = Int(min(seconds, 359_999))
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60)
    let padded = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return hours > 0 ? "\(hours):\(padded(minutes)):\(padded(rest))" : "\(minutes):\(padded(rest))"
  }
}
