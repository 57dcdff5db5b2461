import Synchronization

/// A value that one thread writes and others read, behind a lock that is held only for the copy.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func update(_ change: (inout Value) -> Void) { value.withLock { change(&$0) } }
  var current: Value { value.withLock { $0 } }
}
