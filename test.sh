#!/usr/bin/env bash
# Builds everything and runs every test. Ends with "N passed, N failed, N skipped".
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

dotnet build Callgate.slnx -c Release -v quiet || exit 1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
dotnet test --solution Callgate.slnx --no-build -c Release "$@" 2>&1 | tee "$log"
rc=${PIPESTATUS[0]}
awk '/^Test run summary:/{s=1} s&&$1=="failed:"{f=$2} s&&$1=="succeeded:"{p=$2} s&&$1=="skipped:"{k=$2}
     END{printf "%d passed, %d failed, %d skipped\n",p,f,k}' "$log"
exit "$rc"
