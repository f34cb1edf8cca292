#!/usr/bin/env bash
# Installs what the Node tests run: the packages of their package.json, and a Node.js where the system's is missing or too old.
# Does nothing when all of it is there.
set -euo pipefail
cd "$(dirname "$0")/.."
least=22
scripts=$PWD/tests/Callgate.Gateway.Node.Tests/Scripts
stamp=$scripts/node_modules/.callgate
sum=$(cat eng/node.sh "$scripts/package.json" "$scripts/package-lock.json" | cksum)
node=$scripts/node_modules/.bin/node
if [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && "$node" --version >/dev/null 2>&1; then
  exit 0
fi

if ! command -v npm >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq npm
  else
    echo "Please install npm first (Debian: npm)." >&2
    exit 1
  fi
fi

quiet=(--no-audit --no-fund --no-update-notifier --loglevel=error)
(cd "$scripts" && npm ci "${quiet[@]}" >/dev/null)
found=$(command -v node || true)
if [ -z "$found" ] || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt "$least" ]; then
  # The package for this very system: the one named node would have to run a script to fetch it.
  package=node-$(node -p 'process.platform + "-" + process.arch')
  npm install --prefix artifacts/node "${quiet[@]}" "$package@$least" >/dev/null
  found=$PWD/artifacts/node/node_modules/$package/bin/node
fi

mkdir -p "$(dirname "$node")"
ln -sf "$found" "$node"
"$node" --version >/dev/null
echo "$sum" >"$stamp"
