import Foundation

extension Interpreter {
  mutating func negate(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
    if let integer = value.integerValue {
      return .integer(try checked(0.subtractingReportingOverflow(integer)))
    }
    guard let number = value.doubleValue else { throw error("cannot negate a value of type \(value.kind)") }
    return .number(-number)
  }

  mutating func combine(
    _ left: TemplateValue, _ operation: ArithmeticOperator, _ right: TemplateValue
  ) throws(TemplateError) -> TemplateValue {
    switch (left, operation, right) {
    case (.string(let left), .add, .string(let right)):
      try charge(textBytes: left.utf8.count + right.utf8.count)
      return .string(left + right)
    case (.list(let left), .add, .list(let right)):
      try charge(left.count + right.count)
      return .list(left + right)
    case (.string(let text), .multiply, _):
      guard let count = right.integerValue else { break }
      return try repeated(text, count)
    case (_, .multiply, .string(let text)):
      guard let count = left.integerValue else { break }
      return try repeated(text, count)
    default: break
    }
    if operation != .divide, let left = left.integerValue, let right = right.integerValue {
      return try integers(left, operation, right)
    }
    guard let leftNumber = left.doubleValue, let rightNumber = right.doubleValue else {
      throw error("'\(operation.rawValue)' does not work on \(describe(left)) and \(describe(right))")
    }
    return .number(try numbers(leftNumber, operation, rightNumber))
  }

  private func describe(_ value: TemplateValue) -> String {
    if case .undefined(let name) = value { "'\(name)', which is undefined," } else { value.kind }
  }

  private mutating func repeated(_ text: String, _ count: Int) throws(TemplateError) -> TemplateValue {
    guard count > 0 else { return "" }
    let (bytes, overflow) = text.utf8.count.multipliedReportingOverflow(by: count)
    try charge(textBytes: overflow ? limits.textBytes + 1 : bytes)
    return .string(text.isEmpty ? "" : String(repeating: text, count: count))
  }

  private func checked(_ result: (partialValue: Int, overflow: Bool)) throws(TemplateError) -> Int {
    guard !result.overflow else { throw error("an integer result does not fit in 64 bits") }
    return result.partialValue
  }

  private func integers(
    _ left: Int, _ operation: ArithmeticOperator, _ right: Int
  ) throws(TemplateError) -> TemplateValue {
    switch operation {
    case .add: return .integer(try checked(left.addingReportingOverflow(right)))
    case .subtract: return .integer(try checked(left.subtractingReportingOverflow(right)))
    case .multiply: return .integer(try checked(left.multipliedReportingOverflow(by: right)))
    case .power where right >= 0: return .integer(try power(left, right))
    case .floorDivide, .remainder:
      guard right != 0 else { throw error("division by zero") }
      let quotient = try checked(left.dividedReportingOverflow(by: right))
      let remainder = left.remainderReportingOverflow(dividingBy: right).partialValue
      // Python rounds down, Swift toward zero.
      let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
      return .integer(
        operation == .remainder ? (isBelow ? remainder + right : remainder) : quotient - (isBelow ? 1 : 0))
    case .divide, .power: return .number(try numbers(Double(left), operation, Double(right)))
    }
  }

  private func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Int {
    var (result, square, rest) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = try checked(result.multipliedReportingOverflow(by: square)) }
      rest >>= 1
      if rest > 0 { square = try checked(square.multipliedReportingOverflow(by: square)) }
    }
    return result
  }

  private func numbers(_ left: Double, _ operation: ArithmeticOperator, _ right: Double) throws(TemplateError)
    -> Double
  {
    switch operation {
    case .add: return left + right
    case .subtract: return left - right
    case .multiply: return left * right
    case .power: return pow(left, right)
    case .divide, .floorDivide, .remainder:
      guard right != 0 else { throw error("division by zero") }
      let floored = (left / right).rounded(.down)
      return operation == .divide
        ? left / right : operation == .floorDivide ? floored : left - floored * right
    }
  }
}
