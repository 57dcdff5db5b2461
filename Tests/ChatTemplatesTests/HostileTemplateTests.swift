import Testing

@testable import ChatTemplates

/// SplitMix64: the same numbers on every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The error of a template, nil if it renders.
func templateError(_ source: String, _ variables: TemplateMapping = [:]) -> TemplateError? {
  var limits = TemplateLimits()
  limits.steps = 100_000
  limits.textBytes = 1 << 20
  do throws(TemplateError) {
    _ = try ChatTemplate(source).render(variables, nowSeconds: 0, limits: limits)
    return nil
  } catch {
    return error
  }
}

@Suite("Hostile templates")
struct HostileTemplateTests {
  @Test(
    "what is not closed or not known is a syntax error",
    arguments: [
      "{{", "{{ 1", "{% if true %}", "{% for x in y %}", "{# never", "{{ 'a }}", "{% endif %}", "{% else %}",
      "{{ 1 + }}", "{{ (1 }}", "{{ ] }}", "{% set %}", "{% set x = %}", "{% for in x %}{% endfor %}",
      "{% frob %}",
      "{{ a.}}", "{{ a[ }}", "{{ a|}}", "{{ a is }}", "{{ ! }}", "{{ '\\ud800' }}",
      "{{ 99999999999999999999 }}",
      "{{ 1e999 }}", "{% macro %}{% endmacro %}", "{{ f(a=1, 2) }}", "{% include 'x' %}",
      "{% if a %}{% endfor %}", "{%%}",
      "{{}}", "{{ {1 2} }}", "{{ \"\\x4\" }}", "{% set a.b.c = 1 %}",
    ])
  func syntaxErrors(source: String) {
    #expect(templateError(source)?.kind == .syntax)
  }

  @Test("an error tells the line")
  func lines() {
    #expect(templateError("a\n\n{{ 1 + }}")?.line == 3)
    #expect(templateError("a\n{% if x %}\n\n{{ missing.name }}\n{% endif %}", ["x": true])?.line == 4)
    #expect(templateError("{{ 'a\n\n' + 1 }}\n{{ x")?.line == 4)
  }

  @Test("deep nesting is refused, not followed")
  func nesting() {
    let depth = 5_000
    for (opening, closing) in [("(", ")"), ("[", "]"), ("not ", ""), ("-", ""), ("{'a':", "}"), ("f(", ")")] {
      let text = String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)
      #expect(templateError("{{ \(text) }}")?.kind == .limit)
    }
    #expect(templateError(String(repeating: "{% if true %}", count: depth))?.kind == .limit)
    #expect(templateError("{{ " + String(repeating: "1 if 1 else ", count: depth) + "1 }}")?.kind == .limit)
  }

  @Test("a long flat chain needs no stack")
  func chains() {
    for link in [" + 1", " ~ 1", " or 0", "|string", " == 1", " is eq 1", "[0]"] {
      #expect(
        templateError("{{ \(link == "[0]" ? "'1'" : "1")\(String(repeating: link, count: 5_000)) }}") == nil)
    }
  }

  @Test("loops that would take too long end in an error")
  func loops() {
    #expect(
      templateError("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}")?.kind
        == .limit)
    #expect(templateError("{{ range(0, 9223372036854775807) }}")?.kind == .limit)
    #expect(templateError("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")?.kind == .limit)
    #expect(templateError("{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}")?.kind == .limit)
  }

  @Test(
    "what reads a long text, or makes many elements, is paid for",
    arguments: [
      "'zz' in t", "t == u", "t <= u", "t|length", "l|reverse", "l|list|reverse", "n.splitlines()",
      "n.split()", "m[t]", "m.get(t)", "t in m", "{t: 1}", "t.startswith([u])", "t.endswith([u])",
    ])
  func reading(expression: String) {
    let source = """
      {% set t = 'x' * 80000 %}{% set u = 'x' * 80000 %}{% set n = 'a\\n' * 4000 %}{% set l = range(9000) %}\
      {% set m = {'a': 1} %}{% for i in range(99) %}{% set a = EXPRESSION %}{% endfor %}
      """
    #expect(templateError(source.replacing("EXPRESSION", with: "1")) == nil)
    #expect(templateError(source.replacing("EXPRESSION", with: expression))?.kind == .limit)
  }

  @Test("an error in a macro that loops call ends the rendering")
  func errorInMacro() {
    let source = """
      {% macro m() %}{{ raise_exception('no') }}{% endmacro %}{% for a in [1] %}{% for b in [1] %}{% for c in [1] %}\
      {% for d in [1] %}{{ m() }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}
      """
    #expect(templateError(source)?.kind == .raised)
  }

  @Test("integers that overflow are errors")
  func overflow() {
    for sum in [
      "9223372036854775807 + 1", "-9223372036854775807 - 2", "9223372036854775807 * 2", "2 ** 64",
      "10 ** 400",
      "(-9223372036854775807 - 1) // -1", "-(-9223372036854775807 - 1)",
    ] {
      #expect(templateError("{{ \(sum) }}")?.kind == .evaluation)
    }
    #expect(templateError("{{ range(9223372036854775806, 9223372036854775807, 2) | list }}") == nil)
    #expect(
      templateError("{{ range(-9223372036854775807, -9223372036854775806, 9223372036854775807) | list }}")
        == nil)
    #expect(
      templateError(
        "{{ 'abc'[9223372036854775807:] }}{{ 'abc'[-9223372036854775807:] }}{{ [1][-9223372036854775807] }}")
        == nil)
  }

  @Test("text that would grow too large ends in an error")
  func growth() {
    #expect(templateError("{{ 'x' * 9223372036854775807 }}")?.kind == .limit)
    let doubling =
      "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set ns.s = ns.s GROWS %}{% endfor %}"
    for growth in [
      "+ ns.s", "~ ns.s", "|replace('x', 'xx')", ".replace('x', 'xx')",
      "|indent(64, true)|replace(' ', '  ')",
    ] {
      #expect(templateError(doubling.replacing("GROWS", with: growth))?.kind == .limit)
    }
  }

  @Test("values that grow or nest without end are refused")
  func values() {
    let growing =
      "{% set ns = namespace(l=[1]) %}{% for i in range(99) %}{% set ns.l = GROWS %}{% endfor %}{{ ns.l }}"
    for growth in ["ns.l + ns.l", "[ns.l]", "[ns.l, ns.l]", "{'a': ns.l}", "dict(a=ns.l)", "[ns]", "ns"] {
      #expect(templateError(growing.replacing("GROWS", with: growth)) != nil)
    }
  }

  @Test("Swift's characters do not hide Python's code points")
  func codePoints() throws {
    let rendered = try ChatTemplate("{{ x|length }}{{ x[0] }}{{ 'e\u{301}' == '\u{e9}' }}").render(
      ["x": "e\u{301}\r\n"], nowSeconds: 0)
    #expect(rendered == "4eFalse")
  }

  @Test("what the template raises is the whole message")
  func raised() {
    let error = templateError("{{ raise_exception('No ' ~ 'system') }}")
    #expect(error?.kind == .raised && error?.description == "No system")
  }

  @Test("mutated templates render or fail, never trap")
  func mutations() throws {
    let file = try #require(Golden.file)
    let variables = try #require(file.cases.last.map { file.variables(of: $0) })
    let failed = mutate(file.cases.map(\.template), count: 3_000) { _ in variables }
    #expect(failed > 300 && failed < 3_000)
  }

  @Test(
    "mutated real templates render or fail, never trap",
    .enabled(if: TemplateGolden.folder != nil, "KVOTA_TEST_DATA is absent"))
  func realMutations() throws {
    let file = try #require(TemplateGolden.file)
    let names = file.conversations.keys.sorted()
    let failed = mutate(file.templates.compactMap(\.source), count: 700) { index in
      file.variables(names[index % names.count], addsGenerationPrompt: true)
    }
    #expect(failed > 100 && failed < 700)
  }

  /// Renders templates with a few characters changed; returns how many were refused.
  private func mutate(_ templates: [String], count: Int, variables: (Int) -> TemplateMapping) -> Int {
    let seeds = templates.map { Array($0.unicodeScalars) }
    let spice = Array("{}%#'\"\\-+*/|~()[].,:=<>! \n019axifnotsetforinelsend😀\r".unicodeScalars)
    var random = SeededGenerator(state: 2)
    return (0..<count).count { index in
      var source = seeds[Int.random(in: seeds.indices, using: &random)]
      for _ in 0..<Int.random(in: 1...4, using: &random) where !source.isEmpty {
        let place = Int.random(in: source.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: source[place] = spice[Int.random(in: spice.indices, using: &random)]
        case 1: source.insert(spice[Int.random(in: spice.indices, using: &random)], at: place)
        default: source.removeSubrange(place..<min(place + 3, source.count))
        }
      }
      return templateError(String(source), variables(index)) != nil
    }
  }
}
