import COpenSSL
import FlyingSocks
import Synchronization

/// The TLS of one connection: each call does what can be done at once and says what to wait for.
///
/// The handshake happens in the first calls of `read`.
@safe final class TLSSession: Sendable {
  /// What a call came to.
  enum Outcome<Value: Sendable>: Sendable {
    case done(Value)
    /// Call again when the socket is ready for this.
    case wait(Socket.Event)
    case endOfInput
    /// The client speaks HTTP without TLS, and is to be answered likewise.
    case plainHTTP
    case failed(reason: String)
  }

  fileprivate enum Phase {
    case open
    case plainHTTP
    /// No further call may be made.
    case over
  }

  /// OpenSSL's object, which may be used by one thread at a time.
  @safe fileprivate struct State: @unchecked Sendable {
    let ssl: OpaquePointer
    var phase = Phase.open
  }

  private let state: Mutex<State>

  /// Takes over an `SSL`.
  init(owning ssl: OpaquePointer) { state = Mutex(unsafe State(ssl: ssl)) }

  deinit { state.withLock { unsafe SSL_free($0.ssl) } }

  /// Whether the client turned out to speak plain HTTP.
  var isPlainHTTP: Bool { state.withLock { $0.phase == .plainHTTP } }

  /// Takes up to `limit` bytes that the client has sent.
  func read(atMost limit: Int) -> Outcome<[UInt8]> {
    state.withLock { state in
      var outcome = Outcome<Void>.endOfInput
      // Safety: OpenSSL writes at most `limit` bytes to the buffer and says how many.
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        outcome = unsafe state.attempt { ssl in unsafe SSL_read_ex(ssl, buffer.baseAddress, limit, &count) }
      }
      return outcome.map { bytes }
    }
  }

  /// Sends the first of the bytes and says how many; a call that had to wait is made again with the same bytes.
  func write(_ bytes: ArraySlice<UInt8>) -> Outcome<Int> {
    state.withLock { state in
      var count = 0
      // Safety: the buffer lives for the call.
      let outcome = unsafe bytes.withUnsafeBytes { buffer in
        unsafe state.attempt { ssl in unsafe SSL_write_ex(ssl, buffer.baseAddress, buffer.count, &count) }
      }
      return outcome.map { count }
    }
  }

  /// Makes no further call: what was sent last has not arrived whole.
  func abandon() { state.withLock { $0.phase = .over } }

  /// Tells the client, if it can be told, that this was all; to be called before the socket is closed.
  func close() {
    state.withLock { state in
      // Safety: the object is ours, and the socket still open.
      if state.phase == .open, unsafe SSL_is_init_finished(state.ssl) == 1 {
        ERR_clear_error()
        _ = unsafe SSL_shutdown(state.ssl)
      }
      state.phase = .over
    }
  }
}

extension TLSSession.State {
  /// Makes one call of OpenSSL and asks what became of it: errors are kept for each thread, so both belong together.
  fileprivate mutating func attempt(_ call: (OpaquePointer) -> Int32) -> TLSSession.Outcome<Void> {
    guard phase == .open else { return .failed(reason: "the connection is over") }
    ERR_clear_error()
    // Safety: the object is ours, and no other thread is at it.
    let result = unsafe call(ssl)
    guard result != 1 else { return .done(()) }
    switch unsafe SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ: return .wait(.read)
    case SSL_ERROR_WANT_WRITE: return .wait(.write)
    case SSL_ERROR_ZERO_RETURN: return .endOfInput
    default: return fail()
    }
  }

  private mutating func fail() -> TLSSession.Outcome<Void> {
    let code = ERR_peek_error()
    let isHTTP = [SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST].contains(ERR_GET_REASON(code))
    phase = isHTTP && ERR_GET_LIB(code) == ERR_LIB_SSL ? .plainHTTP : .over
    if phase == .plainHTTP { return .plainHTTP }
    return .failed(reason: code == 0 ? "the client left" : TLSContext.reason(code))
  }
}

extension TLSSession.Outcome {
  fileprivate func map<Other>(_ transform: () -> Other) -> TLSSession.Outcome<Other> where Value == Void {
    switch self {
    case .done: .done(transform())
    case .wait(let event): .wait(event)
    case .endOfInput: .endOfInput
    case .plainHTTP: .plainHTTP
    case .failed(let reason): .failed(reason: reason)
    }
  }
}
