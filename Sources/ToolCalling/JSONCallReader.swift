import OpenAIAPI

/// Reads one call that is written as a JSON object, byte by byte, and gives out its arguments as they come.
struct JSONCallReader: Sendable {
  enum Progress {
    case more, complete
    /// The byte cannot stand there, or the object is no call.
    case failed
  }

  private enum Place {
    case start, beforeKey, key, colon, beforeValue, value, afterValue
  }

  /// The functions that there are, if only these count: where nothing else tells a call from any other object.
  private let tools: Set<String>?
  private var place = Place.start
  private var scanner = JSONValueScanner()
  /// The text of the key or value being read, where it is needed as a whole.
  private var held: [UInt8] = []
  private var key = ""
  private var name: String?
  /// Arguments not given out yet.
  private var arguments: [UInt8] = []
  /// Whether what the arguments are is clear enough to give them out.
  private var hasArguments = false
  private var streamsValue = false
  /// Whether the name has been given out, so that this is a call whatever follows.
  private(set) var isBegun = false

  private static let argumentKeys = ["arguments", "parameters"]
  /// What a call's object may begin with, beside its name and arguments.
  private static let otherKeys = ["type", "id"]

  init(tools: Set<String>?) { self.tools = tools }

  mutating func push(_ byte: UInt8) -> Progress {
    if byte.isJSONSpace, place != .key, place != .value { return .more }
    switch place {
    case .start: return move(to: .beforeKey, if: byte == UInt8(ascii: "{"))
    case .beforeKey:
      if byte == UInt8(ascii: "}") { return end() }
      guard byte == UInt8(ascii: "\"") else { return .failed }
      open(.key)
      return pushInKey(byte)
    case .key: return pushInKey(byte)
    case .colon: return move(to: .beforeValue, if: byte == UInt8(ascii: ":"))
    case .beforeValue:
      open(.value)
      streamsValue = Self.argumentKeys.contains(key) && byte == UInt8(ascii: "{")
      if streamsValue {
        guard !hasArguments else { return .failed }
        hasArguments = true
      }
      return pushInValue(byte)
    case .value: return pushInValue(byte)
    case .afterValue:
      if byte == UInt8(ascii: "}") { return end() }
      return move(to: .beforeKey, if: byte == UInt8(ascii: ","))
    }
  }

  /// What can be given out now: the name first, once there are arguments too.
  mutating func drain() -> [ToolCallParser.Piece] {
    var pieces: [ToolCallParser.Piece] = []
    if !isBegun, hasArguments, let name {
      isBegun = true
      pieces.append(.begin(name: name))
    }
    if isBegun, !arguments.isEmpty {
      pieces.append(.arguments(String(decoding: arguments, as: UTF8.self)))
      arguments = []
    }
    return pieces
  }

  private mutating func move(to next: Place, if isExpected: Bool) -> Progress {
    guard isExpected else { return .failed }
    place = next
    return .more
  }

  private mutating func open(_ next: Place) {
    place = next
    scanner = JSONValueScanner()
    held = []
  }

  private mutating func pushInKey(_ byte: UInt8) -> Progress {
    held.append(byte)
    guard scanner.push(byte) == .last else { return .more }
    guard case .string(let key)? = try? JSONParser.parse(held) else { return .failed }
    guard tools == nil || isBegun || (["name"] + Self.argumentKeys + Self.otherKeys).contains(key) else {
      return .failed
    }
    self.key = key
    place = .colon
    return .more
  }

  private mutating func pushInValue(_ byte: UInt8) -> Progress {
    let step = scanner.push(byte)
    if step != .behind {
      if streamsValue { arguments.append(byte) } else { held.append(byte) }
    }
    guard step != .inside else { return .more }
    guard closeValue() else { return .failed }
    place = .afterValue
    return step == .behind ? push(byte) : .more
  }

  /// Takes in a value that is whole; false if the object is no call with it.
  private mutating func closeValue() -> Bool {
    guard !streamsValue else { return true }
    if key == "name", name == nil {
      guard case .string(let text)? = try? JSONParser.parse(held), !text.isEmpty,
        tools?.contains(text) ?? true
      else { return false }
      name = text
    } else if Self.argumentKeys.contains(key) {
      guard !hasArguments else { return false }
      hasArguments = true
      arguments = Self.arguments(held)
    }
    return true
  }

  /// Arguments that are no object: some models write their object as a string, and null for none.
  private static func arguments(_ value: [UInt8]) -> [UInt8] {
    switch try? JSONParser.parse(value) {
    case .string(let text): Array(text.utf8)
    case .null: Array("{}".utf8)
    default: value
    }
  }

  private mutating func end() -> Progress {
    guard name != nil else { return .failed }
    if !hasArguments {
      guard tools == nil else { return .failed }
      hasArguments = true
      arguments = Array("{}".utf8)
    }
    return .complete
  }
}
