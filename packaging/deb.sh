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
packaging/lay.sh "$binary" "$root"

version=$("$binary" --version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)
# A static binary needs no library.
glibc=$(objdump -T "$binary" 2>/dev/null | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -1 | cut -d_ -f2 || true)
mkdir "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<END
Package: newsdigest
Version: $version
Architecture: $architecture
Maintainer: ${DEBFULLNAME:-nobody} <${DEBEMAIL:-nobody@localhost}>
${glibc:+Depends: libc6 (>= $glibc), libgcc-s1}
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
sed -i '/^$/d' "$root/DEBIAN/control"
find "$root" -exec chmod go-w {} + -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
mkdir -p "$out"
dpkg-deb --root-owner-group -Z"${COMPRESSION:-xz}" --build "$root" "$out/newsdigest_${version}_$architecture.deb"
