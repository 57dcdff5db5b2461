import Dispatch
import Transport

/// The service manager that started us, told how we are in the protocol of sd_notify(3); without one nothing is told.
struct ServiceManager: Sendable {
  private let socket: UnixDatagrams?
  /// How often it wants to hear that we get on; nil if it does not.
  let watchdogTime: Duration?

  /// Reads `NOTIFY_SOCKET`, and `WATCHDOG_USEC`, which counts only for the process that `WATCHDOG_PID` names, if one is named.
  init(environment: [String: String], processID: Int32) {
    socket = environment["NOTIFY_SOCKET"].flatMap { UnixDatagrams($0) }
    let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(processID)" } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Int($0) } ?? 0
    watchdogTime = socket != nil && isForUs && microseconds > 0 ? .microseconds(microseconds) : nil
  }

  func loading(_ model: String) { send("STATUS=loading \(model)") }
  func ready(_ model: String) { send("READY=1\nSTATUS=serving \(model)") }
  func stopping(running: Int) { send("STOPPING=1\nSTATUS=stopping, \(running) requests may finish") }
  func alive() { send("WATCHDOG=1") }

  /// Between this and the next `ready` settings are read again.
  func reloading() {
    // On Linux this is CLOCK_MONOTONIC, as the protocol wants it.
    send("RELOADING=1\nMONOTONIC_USEC=\(DispatchTime.now().uptimeNanoseconds / 1000)")
  }

  private func send(_ state: String) { _ = socket?.send(state) }
}
