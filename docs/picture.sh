#!/usr/bin/env bash
# Makes docs/edition.png again: the edition of the sample config, as a mail on a phone, light and dark side by side.
# Needs Chromium and ImageMagick: bash docs/picture.sh [DIGEST]
set -euo pipefail
cd "$(dirname "$0")/.."
digest=${1:-target/release/digest}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$digest" --dry-run --format html --output "$work/edition.html" 2>/dev/null
# The dark rules of the mail as if the system asked for them.
sed 's/@media (prefers-color-scheme:dark)/@media all/' "$work/edition.html" >"$work/dark.html"
for scheme in edition dark; do
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=2 \
    --window-size=500,1500 --screenshot="$work/$scheme.png" "file://$work/$scheme.html" 2>/dev/null
done
convert "$work/edition.png" "$work/dark.png" +append -resize 50% -strip docs/edition.png
