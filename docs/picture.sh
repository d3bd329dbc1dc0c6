#!/usr/bin/env bash
# Makes docs/edition.png again: the edition of the sample config, as a mail on a phone, light and dark side by side.
# Needs Chromium and leaves the state of the user alone: bash docs/picture.sh [DIGEST]
set -euo pipefail
cd "$(dirname "$0")/.."
digest=$(realpath "${1:-target/release/digest}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
XDG_STATE_HOME="$work" "$digest" --dry-run --format html --now 2026-10-18T07:00:00Z --output "$work/light.html" 2>/dev/null
# The dark rules of the mail as if the system asked for them.
sed 's/@media (prefers-color-scheme:dark)/@media all/' "$work/light.html" >"$work/dark.html"
frame='width="390" height="1400" scrolling="no" style="border:0;margin:0 5px;display:inline-block"'
printf '<!doctype html><body style="margin:0;background:#888;width:800px;white-space:nowrap;font-size:0">%s%s' \
  "<iframe $frame src=\"light.html\"></iframe>" "<iframe $frame src=\"dark.html\"></iframe>" >"$work/both.html"
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1.5 \
  --user-data-dir="$work/profile" --window-size=800,1400 --screenshot="$work/edition.png" "file://$work/both.html" 2>/dev/null
mv "$work/edition.png" docs/edition.png
