extension Interpreter {
  /// `sort(reverse=false, case_sensitive=false, attribute=none)`: stable, small letters and capitals alike.
  static func sortFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    let isReversed = arguments.value(0, "reverse")?.isTrue ?? false
    let tellsCase = arguments.value(1, "case_sensitive")?.isTrue ?? false
    let attribute = arguments.value(2, "attribute")
    let elements = try interpreter.elements(of: value)
    let keys = try interpreter.mapped(elements) { interpreter, element throws(TemplateError) in
      let key =
        try attribute.map { name throws(TemplateError) in try interpreter.element(name, of: element) }
        ?? element
      guard case .string(let text) = key, !tellsCase else { return key }
      return try interpreter.made(text.lowercased())
    }
    let order = try interpreter.order(of: keys, isReversed: isReversed)
    return .list(order.map { elements[$0] })
  }

  /// The places of the keys from the least to the greatest, or the other way; equal ones stay as they stand.
  private mutating func order(of keys: [TemplateValue], isReversed: Bool) throws(TemplateError) -> [Int] {
    do {
      return try keys.indices.sorted { left, right in
        let isBefore = try isReversed ? isLess(keys[right], keys[left]) : isLess(keys[left], keys[right])
        return try isBefore || (left < right && isEqual(keys[left], keys[right]))
      }
    } catch {
      throw error as? TemplateError ?? self.error("the values have no order")
    }
  }

  /// `dictsort`: the pairs by key, small letters and capitals alike.
  static func sortedItemsFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    guard case .mapping(let mapping) = value, arguments.positional.isEmpty, arguments.named.keys.isEmpty
    else {
      throw interpreter.error("dictsort sorts a dict by its keys and takes no arguments here")
    }
    try interpreter.charge(mapping.keys.count * 16)
    let sorted = mapping.pairs.sorted {
      $0.key.lowercased().utf8.lexicographicallyPrecedes($1.key.lowercased().utf8)
    }
    return .list(sorted.map { [.string($0.key), $0.value] })
  }
}
