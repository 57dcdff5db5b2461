/// The page's files, compiled into the program: nothing is looked up when it runs.
package enum Playground {
  /// One file as it is sent.
  package struct File: Sendable {
    package let name: String
    /// As in `Content-Type`.
    package let mediaType: String
    package let bytes: [UInt8]
  }

  /// The page itself.
  package static let page = File(
    name: "index.html", mediaType: "text/html; charset=utf-8", bytes: PackageResources.index_html)

  /// What the page loads, by name.
  package static let files: [String: File] = {
    let files =
      [
        File(name: "style.css", mediaType: "text/css; charset=utf-8", bytes: PackageResources.style_css),
        File(name: "icon.svg", mediaType: "image/svg+xml", bytes: PackageResources.icon_svg),
      ]
      + [
        ("api.js", PackageResources.api_js), ("app.js", PackageResources.app_js),
        ("cacheview.js", PackageResources.cacheview_js), ("curl.js", PackageResources.curl_js),
        ("elements.js", PackageResources.elements_js), ("fields.js", PackageResources.fields_js),
        ("figures.js", PackageResources.figures_js), ("pane.js", PackageResources.pane_js),
        ("residency.js", PackageResources.residency_js), ("settings.js", PackageResources.settings_js),
        ("state.js", PackageResources.state_js),
      ].map { File(name: $0.0, mediaType: "text/javascript; charset=utf-8", bytes: $0.1) }
    return Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0) })
  }()
}
