#!/usr/bin/env bash
# Builds everything and runs every test. Ends with "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# One test compiles ahead of time, which takes a linker and zlib's headers.
if [ "$(uname)" = Linux ] && { ! command -v gcc clang >/dev/null || [ ! -e /usr/include/zlib.h ]; }; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq gcc libc6-dev zlib1g-dev || exit 1
  else
    echo "Please install a C compiler and zlib's headers first (Debian: gcc libc6-dev zlib1g-dev)." >&2
    exit 1
  fi
fi

eng/node.sh || exit 1

dotnet tool restore >/dev/null && dotnet csharpier check . || exit 1
dotnet build Callgate.slnx -c Release -v quiet || exit 1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
# One project at a time: several are whole programs that want the machine for themselves.
dotnet test --solution Callgate.slnx --no-build -c Release --max-parallel-test-modules 1 "$@" 2>&1 | tee "$log"
rc=${PIPESTATUS[0]}
awk '/^Test run summary:/{s=1} s&&$1=="failed:"{f=$2} s&&$1=="succeeded:"{p=$2} s&&$1=="skipped:"{k=$2}
     END{printf "%d passed, %d failed, %d skipped\n",p,f,k}' "$log"
exit "$rc"
