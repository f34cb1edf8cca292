#!/usr/bin/env bash
# Brings the PublicAPI.Unshipped.txt files up to date with the code. Read their diff: it is the change of the public API.
set -uo pipefail
cd "$(dirname "$0")/.."
for project in src/Callgate src/Callgate.Extensions.AI src/Callgate.Testing src/Callgate.Gateway; do
  file=$project/PublicAPI.Unshipped.txt
  printf '#nullable enable\n' > "$file"
  dotnet build "$project" -v quiet 2>&1 \
    | sed -nE "s/.*RS0016: Symbol '(.*)' is not part of the declared public API.*/\1/p" \
    | LC_ALL=C sort -u >> "$file"
done
