#!/bin/bash
# Fails if a Swift source outside the files and folders given holds the word "unsafe" or one of the
# standard library's unsafe types.
set -euo pipefail

found=$(grep -rnwE --include='*.swift' 'unsafe|Unsafe[A-Za-z]*|unsafe[A-Z][A-Za-z]*|@unchecked' Sources || true)
for allowed in "$@"; do
  found=$(grep -v "^$allowed" <<< "$found" || true)
done
if [[ -n $found ]]; then
  echo "unsafe code outside its fence (UNSAFE_FILES in the Makefile):" >&2
  echo "$found" >&2
  exit 1
fi
