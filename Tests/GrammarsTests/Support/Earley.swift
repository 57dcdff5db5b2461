@testable import Grammars

/// Earley's recogniser, written from the textbook: says by another way what a grammar's texts begin with.
struct Earley {
  private enum Symbol { case byte(ByteSet), rule(Int) }
  private struct Item: Hashable {
    var rule: Int
    var production: Int
    var dot: Int
    var origin: Int
  }

  private var productions: [[[Symbol]]] = []
  private let root: Int

  init(_ grammar: Grammar) {
    root = grammar.root
    productions = Array(repeating: [], count: grammar.rules.count)
    for (index, rule) in grammar.rules.enumerated() { productions[index] = [[lower(rule.expression)]] }
    dropEndless()
  }

  /// An expression as one symbol, with rules made up for all that is no byte.
  private mutating func lower(_ expression: Expression) -> Symbol {
    switch expression {
    case .bytes(let set): return .byte(set)
    case .rule(let rule): return .rule(rule)
    case .sequence(let parts): return add([parts.map { lower($0) }])
    case .choice(let parts): return add(parts.map { [lower($0)] })
    case .repeated(let part, let least, let most):
      let part = lower(part)
      let head = Array(repeating: part, count: least)
      guard let most else {
        let loop = productions.count
        productions.append([[], [part, .rule(loop)]])
        return add([head + [.rule(loop)]])
      }
      return add((0...most - least).map { head + Array(repeating: part, count: $0) })
    }
  }

  private mutating func add(_ right: [[Symbol]]) -> Symbol {
    productions.append(right)
    return .rule(productions.count - 1)
  }

  /// Takes away productions that lead to no finite text.
  private mutating func dropEndless() {
    var ends: Set<Int> = []
    while true {
      let before = ends.count
      for (rule, right) in productions.enumerated() where right.contains(where: { Self.ends($0, ends) }) {
        ends.insert(rule)
      }
      if ends.count == before { break }
    }
    for rule in productions.indices { productions[rule].removeAll { !Self.ends($0, ends) } }
  }

  private static func ends(_ symbols: [Symbol], _ rules: Set<Int>) -> Bool {
    symbols.allSatisfy {
      switch $0 {
      case .byte(let set): !set.isEmpty
      case .rule(let rule): rules.contains(rule)
      }
    }
  }

  /// Whether some text of the grammar begins with `text`, and whether `text` is one.
  func recognise(_ text: [UInt8]) -> (isPrefix: Bool, isText: Bool) {
    var columns: [Set<Item>] = [close(items(of: root, at: 0), at: 0, [])]
    for (index, byte) in text.enumerated() {
      let moved = columns[index].compactMap { item -> Item? in
        guard case .byte(let set) = next(item), set.contains(byte) else { return nil }
        return Item(rule: item.rule, production: item.production, dot: item.dot + 1, origin: item.origin)
      }
      columns.append(close(Set(moved), at: index + 1, columns))
    }
    let last = columns[text.count]
    return (!last.isEmpty, last.contains { $0.rule == root && $0.origin == 0 && next($0) == nil })
  }

  private func next(_ item: Item) -> Symbol? {
    let symbols = productions[item.rule][item.production]
    return item.dot < symbols.count ? symbols[item.dot] : nil
  }

  private func items(of rule: Int, at origin: Int) -> Set<Item> {
    Set(productions[rule].indices.map { Item(rule: rule, production: $0, dot: 0, origin: origin) })
  }

  private func close(_ kernel: Set<Item>, at index: Int, _ columns: [Set<Item>]) -> Set<Item> {
    var column = kernel
    while true {
      var added: Set<Item> = []
      for item in column {
        switch next(item) {
        case .byte: break
        case .rule(let rule): added.formUnion(items(of: rule, at: index))
        case nil:
          for caller in item.origin < index ? columns[item.origin] : column {
            guard case .rule(let rule) = next(caller), rule == item.rule else { continue }
            added.insert(
              Item(
                rule: caller.rule, production: caller.production, dot: caller.dot + 1, origin: caller.origin))
          }
        }
      }
      if added.isSubset(of: column) { return column }
      column.formUnion(added)
    }
  }
}
