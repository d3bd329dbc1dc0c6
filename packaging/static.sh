#!/usr/bin/env bash
# packaging/static.sh: the program without any library, in target/TARGET/dist/digest: it runs in an empty root. More arguments go to
# cargo. On glibc, whose allocator is the faster one; `TARGET=x86_64-unknown-linux-musl` takes musl instead.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${TARGET:-$(rustc -vV | sed -n 's/^host: //p')}
# No path of this machine is in it, so that another gives the same bytes.
cargo_home=${CARGO_HOME:-$HOME/.cargo}
export RUSTFLAGS="-C target-feature=+crt-static --remap-path-prefix=$PWD=/src --remap-path-prefix=$cargo_home=/cargo"
cargo build --locked --profile dist --target "$target" --bin digest "$@"
