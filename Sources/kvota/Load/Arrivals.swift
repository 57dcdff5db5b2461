import Foundation
import Inference

/// When requests come.
enum Arrivals: Equatable {
  /// So many clients, each of which sends its next request when the last has ended.
  case closed(clients: Int)
  /// So many a second on average, whether or not the server keeps up: a Poisson process.
  case poisson(perSecond: Double)
  /// When the trace says.
  case recorded

  /// Seconds after the beginning at which each request comes, in ascending order; nil if that depends on the server.
  func times(_ trace: [TraceEntry], using random: inout SeededGenerator) -> [Double]? {
    switch self {
    case .closed: return nil
    case .recorded: return trace.map { $0.at ?? 0 }
    case .poisson(let rate):
      var time = 0.0
      return trace.map { _ in
        // Gaps of a Poisson process are exponential; 1 - u is never 0.
        time -= log(1 - random.nextUnit()) / rate
        return time
      }
    }
  }

  var text: String {
    switch self {
    case .closed(let clients): "\(clients) clients, each sends its next request when the last has ended"
    case .poisson(let rate): "\(BenchReport.rounded(rate)) requests a second on average, Poisson"
    case .recorded: "requests at the times of the trace"
    }
  }
}
