#!/bin/bash
# Writes the Swift file that carries Docs/openapi.json, so that an installed binary can serve it; a test compares the two.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

{
  echo '// swift-format-ignore-file'
  echo '// Written by `make openapi` from Docs/openapi.json.'
  echo
  echo '/// The description of the API, as it stands in Docs/openapi.json.'
  echo 'enum OpenAPIDocument {'
  echo '  static let text = #"""'
  sed 's/^/    /' Docs/openapi.json
  echo
  echo '    """#'
  echo '}'
} > Sources/Serving/OpenAPIDocument.swift
