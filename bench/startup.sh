#!/usr/bin/env bash
# How long a published gateway takes to its first answer with a callback file that hasn't changed, and what memory it has then.
#   bench/startup.sh           publishes to artifacts/callgate, and measures that
#   bench/startup.sh FOLDER    measures what is published there
# Ends with 1 where the median of 5 runs is not within a second and 110 MB. Linux, with curl.
set -euo pipefail
cd "$(dirname "$0")/.."
runs=5 published=${1:-artifacts/callgate}
if [ $# = 0 ]; then
  dotnet publish src/Callgate.Host -c Release -r "linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" \
    --no-self-contained -o "$published" -v quiet
fi
folder=$(mktemp -d)
export CALLGATE_CACHE_DIR=$folder
trap 'rm -rf "$folder"' EXIT

# Prints: milliseconds to the first answer, milliseconds of CPU, MB of resident memory.
measure() {
  local began=$EPOCHREALTIME line answer answered pid rss ticks
  coproc gateway { exec "$published/callgate" serve --config samples/gateway/config.yaml --port 0 --database "$folder/keys.db" 2>&1; }
  pid=$gateway_PID
  while read -r line <&"${gateway[0]}"; do
    case $line in curl*) break ;; esac
  done
  answer=$(curl -sS -i --noproxy '*' "$(grep -o 'http://127[^ ]*' <<<"$line")" -H 'Content-Type: application/json' \
    -d '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello!"}]}')
  answered=$EPOCHREALTIME
  grep -q '^x-answered-by: gpt-4o-mini' <<<"$answer" || { echo "The callback did not run: $answer" >&2; exit 1; }
  rss=$(awk '/^VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$pid/status")
  ticks=$(awk '{print $14 + $15}' "/proc/$pid/stat")
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
  echo "$(((${answered/./} - ${began/./}) / 1000)) $((ticks * 1000 / $(getconf CLK_TCK))) $rss"
}

echo "compiling: $(measure | awk '{print $1 " ms (CPU " $2 " ms), " $3 " MB"}')"
for _ in $(seq $runs); do measure; done | tee "$folder/runs"
median() { cut -d' ' -f"$1" "$folder/runs" | sort -n | sed -n "$((runs / 2 + 1))p"; }
echo "median: first answer after $(median 1) ms (CPU $(median 2) ms), $(median 3) MB RSS"
awk -v ms="$(median 1)" -v mb="$(median 3)" 'BEGIN {exit !(ms < 1000 && mb < 110)}'
