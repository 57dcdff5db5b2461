import Testing

@testable import ChatTemplates

@Suite("Real templates, like Jinja")
struct TemplateGoldenTests {
  @Test("the goldens are there")
  func areThere() {
    #expect(TemplateGolden.file?.templates.count ?? 0 > 30)
  }

  @Test(
    "a real template renders every conversation as under Jinja, or fails where Jinja fails",
    .enabled(if: TemplateGolden.folder != nil, "KVOTA_TEST_DATA is absent"),
    arguments: TemplateGolden.file?.templates ?? [])
  func rendersAlike(golden: TemplateGolden) throws {
    let file = try #require(TemplateGolden.file)
    let source = try #require(golden.source)
    try #require(TemplateGolden.digest(source) == golden.digest, "the goldens are of another version of it")
    let template = try ChatTemplate(source)
    for (name, expected) in golden.renderings {
      for (addsPrompt, expected) in zip([false, true], expected) {
        let variables = file.variables(name, addsGenerationPrompt: addsPrompt)
        do throws(TemplateError) {
          let text = try template.render(variables, nowSeconds: file.nowSeconds)
          #expect(TemplateGolden.digest(text) == expected, "\(name), \(addsPrompt): \(text)")
        } catch {
          #expect(expected == nil, "\(name), \(addsPrompt): \(error.kind), \(error)")
        }
      }
    }
  }
}
