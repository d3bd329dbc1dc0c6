#!/usr/bin/env bash
# packaging/rpm.sh BINARY FOLDER: an RPM package of a binary that this machine can run. It needs rpmbuild (Debian: package rpm).
#   cargo build --release --locked && packaging/rpm.sh target/release/digest target/packages
# One binary gives one package, to the byte: its times are SOURCE_DATE_EPOCH, else those of the last commit.
# DEBFULLNAME and DEBEMAIL say who is responsible for it; COMPRESSION is "none" for a package that is made fast.
set -euo pipefail
binary=$(realpath "$1")
out=$(realpath -m "$2")
cd "$(dirname "$0")/.."
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ZSH=zsh/site-functions packaging/lay.sh "$binary" "$work/tree"

payload=w9.gzdio
[ "${COMPRESSION:-}" != none ] || payload=w1.gzdio
cat >"$work/newsdigest.spec" <<END
# The files are finished: nothing is compiled, stripped, compressed or linked here.
%global debug_package %{nil}
%global __os_install_post %{nil}
%global _build_id_links none
%global _buildhost localhost
%global use_source_date_epoch_as_buildtime 1
%global clamp_mtime_to_source_date_epoch 1
%global _binary_payload $payload
Name: newsdigest
Version: $("$binary" --version | cut -d' ' -f2)
Release: 1
Summary: Newsletter of key sentences from feeds, pages, files and mails
License: MIT OR Apache-2.0
Packager: ${DEBFULLNAME:-nobody} <${DEBEMAIL:-nobody@localhost}>
Recommends: ca-certificates

%description
Reads the sources you name, finds the article in each, picks the sentences
that carry it, and mails one finished edition. Every sentence stands verbatim
in its source, and every sentence links to its place there.

%install
cp -a $work/tree/. %{buildroot}/

%files
%dir /usr/share/doc/newsdigest
$(cd "$work/tree" && find usr -path usr/share/doc/newsdigest -prune -o -type f -printf '/%p\n' | LC_ALL=C sort)
$(cd "$work/tree" && find usr/share/doc/newsdigest -mindepth 1 \( -type d -printf '%%dir "/%p"\n' -o -printf '"/%p"\n' \) | LC_ALL=C sort)
END
rpmbuild --quiet -bb --target "$(uname -m)-linux" --define "_topdir $work" --define "_rpmdir $work/out" \
  --define '_rpmfilename %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' "$work/newsdigest.spec"
mkdir -p "$out"
cp "$work"/out/*.rpm "$out/"
