import CZlib

/// The gzip format (RFC 1952), by zlib.
package enum Gzip {
  /// 15 bits of window, the most; 16 asks for gzip's header and checksum and takes no other format.
  private static let windowBits: Int32 = 15 + 16
  /// Little is gained by more, and a server has better things to compute.
  private static let level: Int32 = 5
  private static let pieceBytes = 1 << 16

  /// Compresses bytes into one member; O(bytes).
  package static func compress(_ bytes: [UInt8]) -> [UInt8] {
    var stream = unsafe z_stream()
    // zlib keeps the stream's address between calls: it must not move before deflateEnd.
    return unsafe withUnsafeMutablePointer(to: &stream) { stream in
      let started = unsafe deflateInit2_(
        stream, level, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, streamBytes)
      precondition(started == Z_OK, "zlib has no memory, or is of another version than its header")
      defer { unsafe deflateEnd(stream) }
      let bound = unsafe Int(deflateBound(stream, UInt(bytes.count)))
      return unsafe bytes.withUnsafeBufferPointer { input in
        unsafe [UInt8](unsafeUninitializedCapacity: bound) { output, count in
          unsafe feed(stream, input)
          let ended = unsafe run(stream, into: output, count: &count) { unsafe deflate($0, Z_FINISH) }
          precondition(ended == Z_STREAM_END, "deflateBound said that it would fit")
        }
      }
    }
  }

  /// Decompresses one member, which must be all of the bytes.
  ///
  /// Stops as soon as the result exceeds `limit`, so that nobody gets more memory than that out of few bytes;
  /// O(bytes + limit).
  ///
  /// - Throws: `GzipError`.
  package static func decompress(_ bytes: [UInt8], limit: Int) throws(GzipError) -> [UInt8] {
    var stream = unsafe z_stream()
    return try unsafe withUnsafeMutablePointer(to: &stream) { stream throws(GzipError) in
      let started = unsafe inflateInit2_(stream, windowBits, ZLIB_VERSION, streamBytes)
      precondition(started == Z_OK, "zlib has no memory, or is of another version than its header")
      defer { unsafe inflateEnd(stream) }
      return try unsafe bytes.withUnsafeBufferPointer { input throws(GzipError) in
        unsafe feed(stream, input)
        return try unsafe inflateAll(stream, limit: limit)
      }
    }
  }

  private static let streamBytes = unsafe Int32(MemoryLayout<z_stream>.size)

  private static func inflateAll(
    _ stream: UnsafeMutablePointer<z_stream>, limit: Int
  ) throws(GzipError) -> [UInt8] {
    var result: [UInt8] = []
    while true {
      var status = Z_OK
      // One byte over the limit is enough to know.
      let room = min(pieceBytes, limit - result.count + 1)
      result += unsafe [UInt8](unsafeUninitializedCapacity: room) { output, count in
        status = unsafe run(stream, into: output, count: &count) { unsafe inflate($0, Z_NO_FLUSH) }
      }
      guard result.count <= limit else { throw .tooLarge(limit: limit) }
      switch status {
      case Z_OK: continue
      case Z_STREAM_END:
        guard unsafe stream.pointee.avail_in == 0 else { throw .trailingBytes }
        return result
      case Z_BUF_ERROR: throw .truncated
      default: throw .corrupt
      }
    }
  }

  /// Gives the stream all of its input; zlib reads it and never writes there.
  private static func feed(_ stream: UnsafeMutablePointer<z_stream>, _ input: UnsafeBufferPointer<UInt8>) {
    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    unsafe stream.pointee.avail_in = UInt32(input.count)
  }

  /// Lets zlib fill a buffer of at most 4 GiB as far as it can.
  private static func run(
    _ stream: UnsafeMutablePointer<z_stream>, into output: UnsafeMutableBufferPointer<UInt8>,
    count: inout Int, _ call: (UnsafeMutablePointer<z_stream>) -> Int32
  ) -> Int32 {
    unsafe stream.pointee.next_out = output.baseAddress
    unsafe stream.pointee.avail_out = UInt32(output.count)
    let status = unsafe call(stream)
    count = unsafe output.count - Int(stream.pointee.avail_out)
    return status
  }
}

/// Why bytes could not be decompressed.
package enum GzipError: Error, Equatable, Sendable, CustomStringConvertible {
  case corrupt
  case truncated
  /// There is more behind the end, perhaps another member.
  case trailingBytes
  case tooLarge(limit: Int)

  package var description: String {
    switch self {
    case .corrupt: "it is not gzip, or damaged"
    case .truncated: "it ends before its time"
    case .trailingBytes: "there are bytes behind its end; send one gzip member and nothing else"
    case .tooLarge(let limit): "decompressed it exceeds the limit of \(limit) bytes"
    }
  }
}
