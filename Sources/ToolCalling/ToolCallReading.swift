/// The steps by which the text that has come is decided.
extension ToolCallParser {
  /// One step through the rest; false if more has to come first.
  mutating func advance() -> Bool {
    switch place {
    case .text: readText()
    case .between: readBetween()
    case .object(let reader): readObject(reader)
    case .name: readName()
    case .arguments(let scanner): readArguments(scanner)
    case .code: false
    }
  }

  private mutating func readText() -> Bool {
    if format.isBare, !hasText, calls == 0 {
      guard let start = rest.firstIndex(where: { !$0.isJSONSpace }) else { return false }
      let opensList = format == .json && rest[start] == UInt8(ascii: "[")
      if opensList || rest[start] == UInt8(ascii: "{") {
        enter(from: 0, through: start, isMarked: false)
        return true
      }
    }
    guard let marker else {
      give(take(rest.count))
      return false
    }
    if let range = rest.firstRange(of: marker) {
      enter(from: rest[..<range.lowerBound].textEnd, through: range.upperBound, isMarked: true)
      return true
    }
    let end = rest[..<(rest.count - rest.suffixCount(beginning: marker))].textEnd
    give(take(end))
    return false
  }

  /// Goes on to where calls are expected; what comes before is text, and so is the announcement itself if no call follows.
  private mutating func enter(from start: Int, through end: Int, isMarked: Bool) {
    give(take(start))
    verbatim = take(end - start)
    self.isMarked = isMarked
    place = .between
  }

  private mutating func readBetween() -> Bool {
    for text in [marker, closing].compactMap(\.self) where isMarked && rest[0] == text[0] {
      if rest.starts(with: text) {
        skip(text.count)
        if text == closing { leave() }
        return true
      }
      if text.starts(with: rest) { return false }
    }
    switch rest[0] {
    case UInt8(ascii: "{"): place = .object(JSONCallReader(tools: isMarked ? nil : tools))
    case _ where rest[0].isJSONSpace || format.separators.contains(rest[0]): skip(1)
    case _ where isMarked && format == .mistral: place = .name
    case _ where isMarked && format == .llama && !verbatim.isEmpty: place = .code
    default: leave()
    }
    return true
  }

  /// Goes back to text, part of which is what promised a call and held none.
  private mutating func leave() {
    give(verbatim)
    verbatim = []
    place = .text
  }

  private mutating func readObject(_ reader: JSONCallReader) -> Bool {
    var reader = reader
    for (index, byte) in rest.enumerated() {
      switch reader.push(byte) {
      case .more: continue
      case .complete:
        pieces += reader.drain()
        rest.removeFirst(index + 1)
        endCall()
      case .failed:
        pieces += reader.drain()
        let read = take(index)
        if reader.isBegun {
          endCall()
        } else {
          verbatim += read
          leave()
        }
      }
      return true
    }
    pieces += reader.drain()
    verbatim = reader.isBegun ? [] : verbatim + rest
    rest = []
    place = .object(reader)
    return false
  }

  /// `name[ARGS]`, or `name[CALL_ID]id[ARGS]`; arguments may follow at once, too.
  private mutating func readName() -> Bool {
    let name = rest.prefix(while: \.isName)
    guard !name.isEmpty, name.count <= Self.longestName else { return refuse() }
    var end = name.count
    var isLed = false
    for (lead, hasID) in Self.leads {
      if lead.starts(with: rest[end...]) && lead.count > rest.count - end { return false }
      guard rest[end...].starts(with: lead) else { continue }
      end += lead.count
      if hasID { end += rest[end...].prefix(while: \.isName).count }
      isLed = !hasID
    }
    guard isLed || rest[end] == UInt8(ascii: "{") else { return refuse() }
    pieces.append(.begin(name: String(decoding: name, as: UTF8.self)))
    skip(end)
    verbatim = []
    place = .arguments(JSONValueScanner())
    return true
  }

  /// What may stand between a name and its arguments, and whether an id follows.
  private static let leads = [(Array("[CALL_ID]".utf8), true), (Array("[ARGS]".utf8), false)]
  private static let longestName = 128

  /// What stands here is no call after all.
  private mutating func refuse() -> Bool {
    leave()
    return true
  }

  private mutating func readArguments(_ scanner: JSONValueScanner) -> Bool {
    var scanner = scanner
    for (index, byte) in rest.enumerated() {
      let step = scanner.push(byte)
      guard step != .inside else { continue }
      giveArguments(take(index + (step == .last ? 1 : 0)))
      endCall()
      return true
    }
    giveArguments(take(rest.count))
    place = .arguments(scanner)
    return false
  }

  private mutating func giveArguments(_ bytes: [UInt8]) {
    if !bytes.isEmpty { pieces.append(.arguments(String(decoding: bytes, as: UTF8.self))) }
  }

  private mutating func endCall() {
    calls += 1
    verbatim = []
    place = .between
  }

  mutating func give(_ text: [UInt8]) {
    guard !text.isEmpty else { return }
    hasText = true
    let text = String(decoding: text, as: UTF8.self)
    if case .text(let before)? = pieces.last {
      pieces[pieces.count - 1] = .text(before + text)
    } else {
      pieces.append(.text(text))
    }
  }

  /// Passes over what is text only if no call follows.
  private mutating func skip(_ count: Int) {
    let skipped = take(count)
    if !verbatim.isEmpty || (!isMarked && calls == 0) { verbatim += skipped }
  }

  private mutating func take(_ count: Int) -> [UInt8] {
    defer { rest.removeFirst(count) }
    return Array(rest.prefix(count))
  }
}

extension UInt8 {
  /// Whether a function's name may hold it.
  fileprivate var isName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

extension Collection<UInt8> {
  /// How many bytes at the end may begin a text.
  fileprivate func suffixCount(beginning text: [UInt8]) -> Int {
    let most = Swift.min(count, text.count - 1)
    return stride(from: most, to: 0, by: -1).first { text.starts(with: suffix($0)) } ?? 0
  }
}

extension ArraySlice<UInt8> {
  /// Where the white space at the end begins.
  fileprivate var textEnd: Int { (lastIndex { !$0.isJSONSpace } ?? startIndex - 1) + 1 }
}
