#!/usr/bin/env bash
# packaging/deb.sh BINARY FOLDER: a Debian package of a binary that this machine can run.
#   cargo build --release --locked && packaging/deb.sh target/release/digest target/packages
# One binary gives one package, to the byte: its times are SOURCE_DATE_EPOCH, else those of the last commit.
# DEBFULLNAME and DEBEMAIL say who is responsible for it; COMPRESSION is what dpkg-deb knows (xz).
set -euo pipefail
binary=$(realpath "$1")
out=$(realpath -m "$2")
cd "$(dirname "$0")/.."
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
umask 022
doc=$root/usr/share/doc/newsdigest

install -D "$binary" "$root/usr/bin/digest"
"$binary" man --to "$root/usr/share/man/man1"
gzip -9n "$root"/usr/share/man/man1/*.1
completions() { mkdir -p "$(dirname "$root/usr/share/$2")" && "$binary" completions "$1" >"$root/usr/share/$2"; }
completions bash bash-completion/completions/digest
completions zsh zsh/vendor-completions/_digest
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

version=$("$binary" --version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)
glibc=$(objdump -T "$binary" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1 | cut -d_ -f2)
mkdir "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<END
Package: newsdigest
Version: $version
Architecture: $architecture
Maintainer: ${DEBFULLNAME:-nobody} <${DEBEMAIL:-nobody@localhost}>
Depends: libc6 (>= $glibc), libgcc-s1
Recommends: ca-certificates
Suggests: sqlite3, default-mta | mail-transport-agent
Section: mail
Priority: optional
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Description: newsletter of key sentences from feeds, pages, files and mails
 Reads the sources you name, finds the article in each, picks the sentences
 that carry it, and mails one finished edition. Every sentence stands verbatim
 in its source, and every sentence links to its place there.
END
chmod 755 "$root"
find "$root" -exec chmod go-w {} + -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
mkdir -p "$out"
dpkg-deb --root-owner-group -Z"${COMPRESSION:-xz}" --build "$root" "$out/newsdigest_${version}_$architecture.deb"
