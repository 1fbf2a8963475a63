# Sourced by tests/run.sh and examples/quickstart.sh: installs what is missing on Debian 12.
# Every package is in Debian; nothing is installed if everything is there.

recveil_build_packages="ca-certificates g++ cmake ninja-build pkg-config ccache
  libboost-dev libeigen3-dev libyaml-cpp-dev prometheus-cpp-dev libsodium-dev
  libsqlite3-dev zlib1g-dev liblzma-dev nlohmann-json3-dev libcli11-dev libfmt-dev libutf8proc-dev"
# libxgboost0: an attacker of attribute audits, loaded at run time where it is present.
# openjdk-17-jre-headless: Spark, of the Python package's tests.
# prometheus: the tests run the program and promtool themselves, and do not use Debian's service.
recveil_test_packages="libgtest-dev libbenchmark-dev clang-format-14 clang-tidy-14 python3-numpy
  binutils git prometheus chromium python3-jsonschema libsvm-dev python3-sklearn libxgboost0
  python3-cryptography python3-pycparser python3-venv openjdk-17-jre-headless"

install_packages() {
  local missing="" package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' ||
      missing="$missing $package"
  done
  [ -z "$missing" ] && return 0
  echo "installing:$missing"
  local root=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "run as root, or install:$missing" >&2; return 1; }
    root="sudo"
  fi
  $root apt-get update -qq
  # shellcheck disable=SC2086
  $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
    >/dev/null
}
