import Testing

/// Raw input and what must come of it, in the words of `Transcript.description`.
struct RawRequest: CustomTestStringConvertible {
  let behaviour: String
  let raw: String
  let expected: String

  init(_ behaviour: String, _ raw: String, _ expected: String) {
    (self.behaviour, self.raw, self.expected) = (behaviour, raw, expected)
  }

  var testDescription: String { behaviour }
  var bytes: [UInt8] { Array(raw.utf8) }
}

private let get = "GET / HTTP/1.1\r\n"
private let post = "POST / HTTP/1.1\r\nHost: a\r\n"
private let chunked = post + "Transfer-Encoding: chunked\r\n\r\n"

let rawRequests = requestLines + targets + fields + lengths + chunks + sequences + limits

private let requestLines = [
  RawRequest("a plain request", get + "Host: a\r\n\r\n", "GET:/ end"),
  RawRequest("HTTP/1.0 needs no Host", "GET / HTTP/1.0\r\n\r\n", "GET:/ end"),
  RawRequest("an unknown method is for the router", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "BREW:/ end"),
  RawRequest("methods keep their case", "get / HTTP/1.1\r\nHost: a\r\n\r\n", "get:/ end"),
  RawRequest("a method that is no token", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("two spaces before the target", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("two spaces before the version", "GET /  HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("a tab as separator", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("a blank before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("a blank after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "400"),
  RawRequest("HTTP/0.9", "GET /\r\n\r\n", "400"),
  RawRequest("HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"),
  RawRequest("the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"),
  RawRequest("HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", "505"),
  RawRequest("a version with two digits", "GET / HTTP/1.11\r\nHost: a\r\n\r\n", "400"),
  RawRequest("a version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("another protocol", "GET / ICY/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "501"),
  RawRequest("a TLS greeting is refused at its first byte", "\u{16}\u{03}\u{01}", "400"),
  RawRequest("a bare line feed after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "400"),
  RawRequest("a bare carriage return in the request line", "GET /\rX HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("nothing yet", "", ""),
  RawRequest("half a request line", "GET / HT", ""),
]

private let targets = [
  RawRequest("a query", "GET /a?b=c?d HTTP/1.1\r\nHost: a\r\n\r\n", "GET:/a end"),
  RawRequest("an absolute target", "GET http://h:80/a HTTP/1.1\r\nHost: a\r\n\r\n", "GET:/a end"),
  RawRequest("an absolute target without a path", "GET HTTPS://h HTTP/1.1\r\nHost: a\r\n\r\n", "GET:/ end"),
  RawRequest(
    "an absolute target with a query only", "GET http://h?x HTTP/1.1\r\nHost: a\r\n\r\n", "GET:/ end"),
  RawRequest("an absolute target without a host", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("an absolute target with user info", "GET http://u@h/ HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("another scheme", "GET ftp://h/ HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("OPTIONS of the server", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS:* end"),
  RawRequest("a star for another method", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("a fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("raw UTF-8 in the target", "GET /é HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
  RawRequest("a NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
]

private let fields = [
  RawRequest("no Host", get + "\r\n", "400"),
  RawRequest("two Hosts", get + "Host: a\r\nHost: a\r\n\r\n", "400"),
  RawRequest("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
  RawRequest("a Host with a path", get + "Host: a/b\r\n\r\n", "400"),
  RawRequest("a Host with a blank", get + "Host: a b\r\n\r\n", "400"),
  RawRequest("a Host that is an IPv6 address", get + "Host: [::1]:80\r\n\r\n", "GET:/ end"),
  RawRequest("names in any case", get + "hOsT:a\r\n\r\n", "GET:/ end"),
  RawRequest("no blank after the colon", get + "Host:a\r\n\r\n", "GET:/ end"),
  RawRequest("blanks around a value", get + "Host: \t a \t\r\n\r\n", "GET:/ end"),
  RawRequest("an empty value", get + "Host: a\r\nX:\r\n\r\n", "GET:/ end"),
  RawRequest("UTF-8 in a value", get + "Host: a\r\nX: é\r\n\r\n", "GET:/ end"),
  RawRequest("a blank before the colon", get + "Host : a\r\n\r\n", "400"),
  RawRequest("a tab before the colon", get + "Host\t: a\r\n\r\n", "400"),
  RawRequest("no colon", get + "Host\r\n\r\n", "400"),
  RawRequest("an empty name", get + ": a\r\n\r\n", "400"),
  RawRequest("a name with a parenthesis", get + "Host: a\r\nX(: b\r\n\r\n", "400"),
  RawRequest("a folded field", get + "Host: a\r\nX: a\r\n b\r\n\r\n", "400"),
  RawRequest("a fold before the first field", get + " Host: a\r\n\r\n", "400"),
  RawRequest("a NUL in a value", get + "Host: a\r\nX: \0\r\n\r\n", "400"),
  RawRequest("a carriage return in a value", get + "Host: a\r\nX: a\rb\r\n\r\n", "400"),
  RawRequest("a DEL in a value", get + "Host: a\r\nX: \u{7F}\r\n\r\n", "400"),
  RawRequest("a bare line feed between fields", get + "Host: a\nX: b\r\n\r\n", "400"),
  RawRequest("a bare line feed at the end", get + "Host: a\r\n\n", "400"),
  RawRequest("an unknown expectation", post + "Expect: tea\r\n\r\n", "417"),
]

private let lengths = [
  RawRequest("a body", post + "Content-Length: 3\r\n\r\nabc", "POST:/ body:abc end"),
  RawRequest("an empty body", post + "Content-Length: 0\r\n\r\n", "POST:/ end"),
  RawRequest("no length is no body", post + "\r\n", "POST:/ end"),
  RawRequest("half a body", post + "Content-Length: 4\r\n\r\nab", "POST:/ body:ab"),
  RawRequest(
    "equal lengths twice", post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", "POST:/ body:a end"),
  RawRequest("two lengths that differ", post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"),
  RawRequest(
    "equal numbers written differently", post + "Content-Length: 1\r\nContent-Length: 01\r\n\r\na", "400"),
  RawRequest("a list of lengths", post + "Content-Length: 1, 1\r\n\r\na", "400"),
  RawRequest("a length with a plus", post + "Content-Length: +1\r\n\r\na", "400"),
  RawRequest("a negative length", post + "Content-Length: -1\r\n\r\na", "400"),
  RawRequest("a hexadecimal length", post + "Content-Length: 0x1\r\n\r\na", "400"),
  RawRequest("an empty length", post + "Content-Length:\r\n\r\n", "400"),
  RawRequest("digits of another script", post + "Content-Length: ١\r\n\r\na", "400"),
  RawRequest("20 digits", post + "Content-Length: 00000000000000000001\r\n\r\na", "400"),
  RawRequest("19 digits that overflow", post + "Content-Length: 9999999999999999999\r\n\r\n", "413"),
  RawRequest("a length over the limit", post + "Content-Length: 8388609\r\n\r\n", "413"),
]

private let chunks = [
  RawRequest("chunks", chunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "POST:/ body:abcde end"),
  RawRequest("no chunks", chunked + "0\r\n\r\n", "POST:/ end"),
  RawRequest(
    "hexadecimal of either case", chunked + "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n",
    "POST:/ body:01234567890123456789 end"),
  RawRequest("leading zeros", chunked + "0001\r\na\r\n000\r\n\r\n", "POST:/ body:a end"),
  RawRequest("extensions are read over", chunked + "1;x=y;\"q\"\r\na\r\n0;z\r\n\r\n", "POST:/ body:a end"),
  RawRequest("trailers are dropped", chunked + "0\r\nX: y\r\n\r\n", "POST:/ end"),
  RawRequest(
    "the coding's name in any case", post + "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", "POST:/ end"),
  RawRequest(
    "an overlong extension", chunked + "1;" + String(repeating: "x", count: 300) + "\r\na", "POST:/ 400"),
  RawRequest("a broken trailer", chunked + "0\r\nX y\r\n\r\n", "POST:/ 400"),
  RawRequest("a folded trailer", chunked + "0\r\nX: y\r\n z\r\n\r\n", "POST:/ 400"),
  RawRequest("an empty size", chunked + "\r\na\r\n", "POST:/ 400"),
  RawRequest("an extension without a size", chunked + ";x\r\na\r\n", "POST:/ 400"),
  RawRequest("a size with a plus", chunked + "+1\r\na\r\n", "POST:/ 400"),
  RawRequest("a negative size", chunked + "-1\r\na\r\n", "POST:/ 400"),
  RawRequest("a size with 0x", chunked + "0x1\r\na\r\n", "POST:/ 400"),
  RawRequest("a blank before the size", chunked + " 1\r\na\r\n", "POST:/ 400"),
  RawRequest("a blank after the size", chunked + "1 \r\na\r\n", "POST:/ 400"),
  RawRequest("a digit separator", chunked + "1_0\r\na\r\n", "POST:/ 400"),
  RawRequest("a size of 16 digits", chunked + "1000000000000001\r\na\r\n", "POST:/ 400"),
  RawRequest("a size over the limit", chunked + "fffffffffffffff\r\na\r\n", "POST:/ 413"),
  RawRequest("chunks over the limit together", chunked + "1\r\na\r\n800000\r\n", "POST:/ body:a 413"),
  RawRequest("a chunk longer than its size", chunked + "1\r\nab\r\n", "POST:/ body:a 400"),
  RawRequest("a bare line feed after the size", chunked + "1\na\r\n", "POST:/ 400"),
  RawRequest("a bare line feed after the data", chunked + "1\r\na\n", "POST:/ body:a 400"),
  RawRequest("a control character in an extension", chunked + "1;\0\r\na\r\n", "POST:/ 400"),
  RawRequest(
    "a length beside chunked", post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
  RawRequest(
    "chunked before a length", post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", "400"),
  RawRequest("chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
  RawRequest(
    "chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
  RawRequest("chunked in a list", post + "Transfer-Encoding: gzip, chunked\r\n\r\n", "400"),
  RawRequest("chunked not last", post + "Transfer-Encoding: chunked, identity\r\n\r\n", "400"),
  RawRequest("another coding", post + "Transfer-Encoding: xchunked\r\n\r\n", "400"),
  RawRequest("an empty coding", post + "Transfer-Encoding:\r\n\r\n", "400"),
]

private let sequences = [
  RawRequest(
    "two requests in a row", get + "Host: a\r\n\r\n" + "GET /b HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET:/ end GET:/b end"),
  RawRequest(
    "a request behind a body", post + "Content-Length: 1\r\n\r\naGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST:/ body:a end GET:/b end"),
  RawRequest(
    "a request behind chunks", chunked + "1\r\na\r\n0\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST:/ body:a end GET:/b end"),
  RawRequest("garbage behind a request", get + "Host: a\r\n\r\n" + "\u{1}", "GET:/ end 400"),
  RawRequest("a few empty lines before a request", "\r\n\r\n" + get + "Host: a\r\n\r\n", "GET:/ end"),
  RawRequest("too many empty lines", "\r\n\r\n\r\n\r\n\r\n" + get + "Host: a\r\n\r\n", "400"),
  RawRequest("a bare line feed before a request", "\n" + get + "Host: a\r\n\r\n", "400"),
]

private func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

private let limits = [
  RawRequest(
    "the longest request line", "GET /\(times(8178, "a")) HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET:/\(times(8178, "a")) end"),
  RawRequest("a longer request line", "GET /\(times(8179, "a")) HTTP/1.1\r\nHost: a\r\n\r\n", "414"),
  RawRequest("a request line without end", "GET /\(times(9000, "a"))", "414"),
  RawRequest("the longest field", get + "Host: a\r\nX:\(times(8190, "a"))\r\n\r\n", "GET:/ end"),
  RawRequest("a longer field", get + "Host: a\r\nX:\(times(8191, "a"))\r\n\r\n", "431"),
  RawRequest(
    "all fields too long together", get + "Host: a\r\n" + times(5, "X: \(times(8000, "a"))\r\n") + "\r\n",
    "431"),
  RawRequest("100 fields", get + "Host: a\r\n" + times(99, "X: a\r\n") + "\r\n", "GET:/ end"),
  RawRequest("101 fields", get + "Host: a\r\n" + times(100, "X: a\r\n") + "\r\n", "431"),
  RawRequest("101 trailers", chunked + "0\r\n" + times(101, "X: a\r\n") + "\r\n", "POST:/ 431"),
]
