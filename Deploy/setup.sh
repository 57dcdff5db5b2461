#!/bin/bash
# Installs the apt packages given that are missing, and checks that Swift is new enough.
# Says nothing and needs no network when all is there.
set -euo pipefail

minimum=6.2

missing=()
if command -v dpkg-query > /dev/null; then
  for package in "$@"; do
    state=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2> /dev/null || true)
    [[ $state == installed ]] || missing+=("$package")
  done
else
  echo "setup: no dpkg here; install the equivalents of: $*" >&2
fi

if ((${#missing[@]})); then
  as_root=()
  if ((EUID != 0)); then
    if ! command -v sudo > /dev/null; then
      echo "setup: not root and no sudo; as root run: apt-get install ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
fi

if ! command -v swift > /dev/null; then
  echo "setup: no swift on the PATH; install Swift $minimum or newer (see README.md)" >&2
  exit 1
fi
version=$(swift --version 2> /dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
if [[ -z $version || $(printf '%s\n' "$minimum" "$version" | sort -V | head -n 1) != "$minimum" ]]; then
  echo "setup: Swift $minimum or newer is needed, this is ${version:-of unknown version}" >&2
  exit 1
fi
