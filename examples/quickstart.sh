#!/usr/bin/env bash
# From nothing to the main job: installs packages (Debian 12), builds, and runs the demo on generated
# data. Options are passed on to the demo: examples/quickstart.sh --data ml-1m:DIR
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
build=${RECVEIL_BUILD_DIR:-$top/build/quickstart}
. "$top/tests/setup.sh"

# shellcheck disable=SC2086
install_packages $recveil_build_packages
mkdir -p "$build"
log=$build/build.log
echo "building in $build (some minutes the first time; log: $log)"
# shellcheck disable=SC2086
if ! { cmake -S "$top" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DRECVEIL_BUILD_TESTS=OFF \
  ${RECVEIL_CMAKE_OPTIONS:-} && cmake --build "$build"; } >"$log" 2>&1; then
  tail -n 30 "$log" >&2
  exit 1
fi
"$build/bin/recveil" demo "$@"
cat <<TXT

Next:
  $build/bin/recveil audit membership --help
  $build/bin/c_minimal
TXT
