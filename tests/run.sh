#!/usr/bin/env bash
# Sets everything up (Debian 12), builds and passes the tests: the release build with all of them, then one
# sanitizer on the tests of the parts that run inside a host. Usage: tests/run.sh [ctest options]
#   RECVEIL_DATA_DIR  folder of the public datasets; without it the tests on them are skipped
#   RECVEIL_SANITIZERS  which to run, default "address": any of address undefined thread, or none
#   RECVEIL_BUILD_DIR where to build, default build/
#   CI=true           a skipped test is a failure, unless RECVEIL_DATA_DIR is not set and it needs it
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
build=${RECVEIL_BUILD_DIR:-$top/build}
. "$top/tests/setup.sh"
# shellcheck disable=SC2086
install_packages $recveil_build_packages $recveil_test_packages
[ -z "${RECVEIL_DATA_DIR:-}" ] || RECVEIL_DATA_DIR=$(cd "$RECVEIL_DATA_DIR" && pwd)
export RECVEIL_DATA_DIR=${RECVEIL_DATA_DIR:-}
jobs=$(nproc)
[ "$jobs" -le 8 ] || jobs=8

step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }

step "quickstart, as the README has it, then the rest of the release build"
RECVEIL_BUILD_DIR=$build/release RECVEIL_CMAKE_OPTIONS=-DRECVEIL_WERROR=ON "$top/examples/quickstart.sh"
cmake -S "$top" -B "$build/release" -DRECVEIL_BUILD_TESTS=ON >/dev/null
cmake --build "$build/release"

step "release tests"
results=$build/release/ctest.log
ctest --test-dir "$build/release" -j "$jobs" --output-on-failure -LE sweep "$@" | tee "$results"
if [ "${CI:-}" = true ] && grep -q '\*\*\*Skipped' "$results"; then
  if [ -n "$RECVEIL_DATA_DIR" ]; then
    echo "CI=true and RECVEIL_DATA_DIR is set, yet a test was skipped" >&2
    exit 1
  fi
fi

for sanitizer in ${RECVEIL_SANITIZERS-address}; do
  [ "$sanitizer" != none ] || continue
  step "$sanitizer sanitizer"
  cmake -S "$top" -B "$build/$sanitizer" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DRECVEIL_WERROR=ON -DRECVEIL_SANITIZE="$sanitizer" -DRECVEIL_BUILD_TOOLS=OFF \
    -DRECVEIL_BUILD_EXAMPLES=OFF >/dev/null
  cmake --build "$build/$sanitizer"
  ctest --test-dir "$build/$sanitizer" -j "$jobs" --output-on-failure -LE 'data|sweep'
done
step "done"
