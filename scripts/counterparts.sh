#!/usr/bin/env bash
# Installs the Debian packages of the counterparts that this machine lacks; scripts/counterparts.mjs holds the table.
set -euo pipefail
cd "$(dirname "$0")/.."

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

read -ra packages <<<"$(node scripts/counterparts.mjs)"
if [ ${#packages[@]} -eq 0 ]; then
  echo "Every counterpart is installed."
  exit
fi
echo "Installing ${packages[*]}"
as_root apt-get update -qq
as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
