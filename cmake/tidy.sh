#!/usr/bin/env bash
# clang-tidy over the sources of a build folder: cmake/tidy.sh [BUILD] [file pattern]
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
build=${1:-$top/build/release}
pattern=${2:-'(plugin|hooks)/.*\.cc$'}
cd "$top"
# GCC has warnings of its own, which clang does not know.
git ls-files | grep -E "$pattern" | xargs -P "$(nproc)" -n 1 clang-tidy-14 -p "$build" --quiet --extra-arg=-Wno-unknown-warning-option
