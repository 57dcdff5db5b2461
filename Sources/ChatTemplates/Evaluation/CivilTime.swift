/// A moment as date and time of day in UTC.
struct CivilTime {
  let year: Int
  let month: Int
  let day: Int
  let secondOfDay: Int

  /// Days since Monday.
  let weekday: Int

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]
  private static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  /// The Gregorian date of a moment, counted in 400-year eras from March 1 of year 0.
  init(secondsSince1970 seconds: Int) {
    // Beyond some hundred million years the arithmetic would overflow.
    let bounded = min(max(seconds, -1 << 52), 1 << 52)
    let days = Int((Double(bounded) / 86_400).rounded(.down))
    secondOfDay = bounded - days * 86_400
    weekday = ((days + 3) % 7 + 7) % 7
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// The moment in `strftime`'s format; a directive that we do not know stays as it is.
  func formatted(_ format: String) -> String {
    var text = ""
    var isDirective = false
    for character in format {
      if isDirective {
        text += field(character) ?? "%\(character)"
        isDirective = false
      } else if character == "%" {
        isDirective = true
      } else {
        text.append(character)
      }
    }
    return isDirective ? text + "%" : text
  }

  private func field(_ directive: Character) -> String? {
    switch directive {
    case "Y": CivilTime.padded(year, 4)
    case "y": CivilTime.padded((year % 100 + 100) % 100, 2)
    case "m": CivilTime.padded(month, 2)
    case "B": CivilTime.months[month - 1]
    case "b": String(CivilTime.months[month - 1].prefix(3))
    case "d": CivilTime.padded(day, 2)
    case "A": CivilTime.weekdays[weekday]
    case "a": String(CivilTime.weekdays[weekday].prefix(3))
    case "H": CivilTime.padded(secondOfDay / 3600, 2)
    case "I": CivilTime.padded((secondOfDay / 3600 + 11) % 12 + 1, 2)
    case "p": secondOfDay < 43_200 ? "AM" : "PM"
    case "M": CivilTime.padded(secondOfDay / 60 % 60, 2)
    case "S": CivilTime.padded(secondOfDay % 60, 2)
    case "%": "%"
    default: nil
    }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
