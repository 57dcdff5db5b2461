/// Bytes that a client sends on one connection, and what must come back.
package struct RawRequest: Sendable, CustomStringConvertible {
  /// What the server does after the last of its answers.
  package enum Ending: Sendable {
    /// It waits for the next request.
    case open
    /// It refused what it read, and closes: nothing behind it is a request.
    case refused
    /// It closes for another reason; whatever is left of the input is not answered.
    case closed
    /// It waits for the rest of a request.
    case waiting
  }

  package let name: String
  package let bytes: [UInt8]
  /// The status of each answer, in order.
  package let answers: [Int]
  package let ending: Ending

  package var description: String { name }

  /// Each scalar of the text is one byte, so `\u{FF}` is the byte FF.
  private init(_ name: String, _ text: String, _ answers: [Int], _ ending: Ending) {
    self.name = name
    bytes = text.unicodeScalars.map { UInt8($0.value) }
    self.answers = answers
    self.ending = ending
  }

  static func answered(_ name: String, _ text: String, _ answers: Int...) -> RawRequest {
    RawRequest(name, text, answers, .open)
  }

  /// The last of the answers is the refusal.
  static func refused(_ name: String, _ text: String, _ answers: Int...) -> RawRequest {
    RawRequest(name, text, answers, .refused)
  }

  static func closed(_ name: String, _ text: String, _ answers: Int...) -> RawRequest {
    RawRequest(name, text, answers, .closed)
  }

  static func waits(_ name: String, _ text: String, _ answers: Int...) -> RawRequest {
    RawRequest(name, text, answers, .waiting)
  }

  /// All of them; `/livez` and `/tokenize` are there.
  package static let all =
    requestLines + targets + hosts + fields + lengths + codings + chunks + trailers + expectations + bodies
    + pipelines + edges
}

/// The beginning of a plain request.
let get = "GET /livez HTTP/1.1\r\n"
/// A whole one, which gets 200.
let plain = get + "Host: a\r\n\r\n"
/// The beginning of one that has a body.
let post = "POST /tokenize HTTP/1.1\r\nHost: localhost\r\n"
/// 15 bytes of JSON that get 200.
let json = #"{"content":"a"}"#
/// The beginning of one whose body is in chunks, and the JSON in one chunk.
let chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
let jsonChunk = "f\r\n" + json + "\r\n"
/// A request that must not be answered when it stands in a body.
let hidden = "GET /livez HTTP/1.1\r\nHost: hidden\r\n\r\n"

func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }
