#!/bin/bash
# Builds the documentation of the library product with the toolchain's docc; a warning is an error, and so is a public symbol
# without a comment. Usage: build-docs.sh BUILD OUTPUT, BUILD being SwiftPM's scratch directory.
set -euo pipefail
cd "$(dirname "$0")/.."
build="${1:?usage: build-docs.sh BUILD OUTPUT}"
output="${2:?usage: build-docs.sh BUILD OUTPUT}"
swift="${SWIFT:-swift}"
tools="$(dirname "$(readlink -f "$(command -v "$swift")")")"
graphs="$build/symbol-graphs"

"$swift" build --scratch-path "$build" --target WireGuardControl -q
rm -rf "$graphs"
mkdir -p "$graphs" "$(dirname "$output")"
# What the product's users see: its own symbols and those of the modules that its import brings along.
"$tools/swift-symbolgraph-extract" -module-name WireGuardControl -output-dir "$graphs" \
    -target "$(uname -m)-unknown-linux-gnu" -minimum-access-level public -skip-synthesized-members \
    -experimental-allowed-reexported-modules=WGModel,WGConfig,WGControl,WGLinux -I "$build/debug/Modules" \
    -I Sources/CMnl -I Sources/CSodium -Xcc -fmodule-map-file="$build/debug/CLinux.build/module.modulemap" \
    -Xcc -fmodule-map-file="$build/debug/CAead.build/module.modulemap"

# The names of enum cases are to say what they mean.
undocumented="$(jq -r '.symbols[] | select((has("docComment") | not) and .kind.identifier != "swift.enum.case")
    | .pathComponents | join(".")' "$graphs/WireGuardControl.symbols.json" | sort)"
if [[ -n $undocumented ]]; then
    echo "build-docs.sh: no documentation:" >&2
    printf '%s\n' "$undocumented" | sed 's/^/  /' >&2
    exit 1
fi

rm -rf "$output"
"$tools/docc" convert Sources/WireGuardControl/WireGuardControl.docc --additional-symbol-graph-dir "$graphs" \
    --output-path "$output" --warnings-as-errors --fallback-display-name WireGuardControl \
    --fallback-bundle-identifier swift-wireguard.WireGuardControl --fallback-default-module-kind Library
