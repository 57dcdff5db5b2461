#!/bin/bash
# Builds the request parser with libFuzzer's instrumentation and runs it on so many inputs.
# usage: fuzz-http.sh RUNS FOLDER; the folder keeps the corpus, so that a later run goes on from it.
set -euo pipefail

runs=$1
folder=$2
mkdir -p "$folder/corpus"
flags=(-O -wmo -parse-as-library -swift-version 6 -package-name kvota -sanitize=fuzzer)
swiftc "${flags[@]}" -c -enable-testing -module-name HTTP -emit-module -emit-module-path "$folder/HTTP.swiftmodule" \
  Sources/HTTP/*.swift -o "$folder/HTTP.o"
swiftc "${flags[@]}" -I "$folder" -module-name Fuzzer "$folder/HTTP.o" Tests/Fuzzing/RequestParserFuzzer.swift \
  Tests/HTTPTests/Transcript.swift Tests/WireFixtures/RawRequests/*.swift -o "$folder/fuzz-http"
KVOTA_FUZZ_SEEDS="$folder/corpus" "$folder/fuzz-http" -runs="$runs" -max_len=512 -print_final_stats=1 \
  -artifact_prefix="$folder/" "$folder/corpus"
