#!/bin/bash
# Puts promtool at the path given, out of Debian's package prometheus, which is not installed.
# Where there is no apt nothing is done: the test that wants it is then skipped.
set -euo pipefail

target=$1
if ! command -v apt-get > /dev/null; then
  echo "promtool: no apt here; put it at $target for the test of the metrics" >&2
  exit 0
fi

mkdir -p "$(dirname "$target")"
work=$(mktemp -d "$(dirname "$target")/.promtool.XXXXXX")
trap 'rm -rf "$work"' EXIT

# apt drops its rights for a download, and could not write to a folder that is only ours.
chmod 0777 "$work"
fetch() { (cd "$work" && apt-get download -qq prometheus 2> /dev/null); }
if ! fetch; then
  # Package lists may be absent or old, which only root can mend.
  if ((EUID == 0)); then apt-get update -qq; elif command -v sudo > /dev/null; then sudo apt-get update -qq; fi
  fetch || { echo "promtool: apt has no package prometheus; the test of the metrics is skipped" >&2; exit 0; }
fi
dpkg-deb --fsys-tarfile "$work"/prometheus_*.deb | tar --extract --to-stdout ./usr/bin/promtool > "$work/promtool"
chmod 0755 "$work/promtool"
mv "$work/promtool" "$target"
