import Testing

@testable import ChatTemplates

@Suite("Like Jinja")
struct GoldenTests {
  @Test("the goldens are there")
  func areThere() {
    #expect(Golden.file?.cases.count ?? 0 > 60)
  }

  @Test("a template renders as under Jinja, or fails where Jinja fails", arguments: Golden.file?.cases ?? [])
  func rendersAlike(golden: Golden) throws {
    let file = try #require(Golden.file)
    let variables = file.variables(of: golden)
    if let expected = golden.expected {
      let rendered = try ChatTemplate(golden.template).render(variables, nowSeconds: file.nowSeconds)
      #expect(rendered.unicodeScalars.elementsEqual(expected.unicodeScalars), "\(rendered)\n---\n\(expected)")
    } else {
      #expect(throws: TemplateError.self) {
        try ChatTemplate(golden.template).render(variables, nowSeconds: file.nowSeconds)
      }
    }
  }
}
