import Inference
import Synchronization

/// One pass of requests against one server.
struct LoadRun {
  let requests: [LoadRequest]
  let arrivals: Arrivals
  /// For arrivals that do not depend on the server: when each request comes, in seconds.
  let times: [Double]?

  /// What came of each request, in no order.
  func run(_ client: LoadClient) async -> [RequestOutcome] {
    if let times { return await runOpen(client, times) }
    guard case .closed(let clients) = arrivals else { return [] }
    return await runClosed(client, clients)
  }

  private func runClosed(_ client: LoadClient, _ clients: Int) async -> [RequestOutcome] {
    let queue = RequestQueue(requests)
    return await withTaskGroup(of: [RequestOutcome].self) { group in
      for number in 0..<clients {
        group.addTask {
          var outcomes: [RequestOutcome] = []
          while let request = queue.next() { outcomes.append(await client.send(request, number: number)) }
          return outcomes
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }

  private func runOpen(_ client: LoadClient, _ times: [Double]) async -> [RequestOutcome] {
    let start = ContinuousClock.now
    return await withTaskGroup(of: RequestOutcome.self) { group in
      for (number, (request, time)) in zip(requests, times).enumerated() {
        try? await Task.sleep(until: start + .seconds(time))
        group.addTask { await client.send(request, number: number) }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }
}

/// Requests that clients take in turn.
private final class RequestQueue: Sendable {
  private let requests: [LoadRequest]
  private let taken = Mutex(0)

  init(_ requests: [LoadRequest]) { self.requests = requests }

  func next() -> LoadRequest? {
    let index = taken.withLock { taken in
      taken += 1
      return taken - 1
    }
    return index < requests.count ? requests[index] : nil
  }
}
