/// What sslscan found out about a server: the elements of its XML report.
struct ScanReport {
  private struct Element {
    let name: Substring
    let attributes: [Substring: Substring]
  }

  private let elements: [Element]

  init(_ xml: String) {
    elements = xml.matches(of: /<([a-z]+)((?: [a-z]+="[^"]*")+)/).map { match in
      let attributes = match.output.2.matches(of: /([a-z]+)="([^"]*)"/).map { ($0.output.1, $0.output.2) }
      return Element(name: match.output.1, attributes: Dictionary(attributes) { $1 })
    }
  }

  /// The values of one attribute in all elements of a name, where another attribute has the value given.
  func values(_ attribute: String, of name: String, where other: (name: String, value: String)? = nil)
    -> [String]
  {
    elements.filter { element in
      element.name == name && other.map { element.attributes[$0.name[...]] == $0.value[...] } ?? true
    }.compactMap { $0.attributes[attribute[...]].map(String.init) }
  }
}
