#!/usr/bin/env bash
# packaging/lay.sh BINARY FOLDER: the files of a package, laid out below FOLDER as they will lie below /.
# Its times are SOURCE_DATE_EPOCH, else those of the last commit. ZSH is the folder of completions for zsh.
set -euo pipefail
binary=$(realpath "$1")
root=$(realpath -m "$2")
cd "$(dirname "$0")/.."
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
umask 022
doc=$root/usr/share/doc/newsdigest

install -D "$binary" "$root/usr/bin/digest"
"$binary" man --to "$root/usr/share/man/man1"
gzip -9n "$root"/usr/share/man/man1/*.1
completions() { mkdir -p "$(dirname "$root/usr/share/$2")" && "$binary" completions "$1" >"$root/usr/share/$2"; }
completions bash bash-completion/completions/digest
completions zsh "${ZSH:-zsh/vendor-completions}/_digest"
completions fish fish/vendor_completions.d/digest.fish

# Laid out as in the repository, so that the links of the pages hold.
mkdir -p "$doc"
cp -r README.md ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md LICENSE-MIT LICENSE-APACHE docs templates examples "$doc"
find "$doc/examples" -name '*.rs' -delete
"$binary" config reference >"$doc/config.toml"
"$binary" config schema >"$doc/config.schema.json"
cat LICENSE-MIT LICENSE-APACHE >"$doc/copyright"

for kind in system user; do
  mkdir -p "$root/usr/lib/systemd/$kind"
done
install -m 644 examples/systemd/digest.timer "$root/usr/lib/systemd/system/"
sed 's|/usr/local/bin/|/usr/bin/|' examples/systemd/digest.service >"$root/usr/lib/systemd/system/digest.service"
install -m 644 packaging/user/digest.service packaging/user/digest.timer "$root/usr/lib/systemd/user/"
chmod 755 "$root"
find "$root" -exec chmod go-w {} + -exec touch --no-dereference --date="@$epoch" {} +
