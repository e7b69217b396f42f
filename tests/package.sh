#!/usr/bin/env bash
# Builds the Debian package and the static binary and tries both for real: installs the package, looks for its
# files, removes it, looks for what it left; starts the static binary in a root with nothing else in it.
# Needs root, dpkg and cargo-deb (cargo install cargo-deb).
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "package: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "installing needs root"
command -v dpkg >/dev/null || fail "no dpkg here"
command -v cargo-deb >/dev/null || fail "no cargo-deb here: cargo install cargo-deb"
! dpkg -s corescope-top >/dev/null 2>&1 || fail "corescope-top is installed already"

cargo build --release
deb=$(cargo deb --no-build | tail -n 1)
dpkg-deb --info "$deb" | sed -n 's/^ \(Package\|Version\|Depends\|Installed-Size\)/\1/p'

dpkg -i "$deb" >/dev/null
trap 'dpkg -P corescope-top >/dev/null 2>&1 || true' EXIT
for file in /usr/bin/corescope-top /usr/share/bash-completion/completions/corescope-top \
    /usr/share/zsh/vendor-completions/_corescope-top /usr/share/fish/vendor_completions.d/corescope-top.fish \
    /usr/share/corescope-top/prometheus/corescope-top.rules.yml /usr/share/corescope-top/systemd/corescope-top-metrics.service; do
    [ -f "$file" ] || fail "$file was not installed"
done
[ -f /usr/share/man/man1/corescope-top.1.gz ] || [ -f /usr/share/man/man1/corescope-top.1 ] || fail "no man page"
/usr/bin/corescope-top --version
/usr/bin/corescope-top demo --json --count 1 >/dev/null || fail "the installed program does not run"
installed=$(dpkg -L corescope-top | while read -r path; do [ -d "$path" ] || echo "$path"; done)
dpkg -P corescope-top >/dev/null
trap - EXIT
for path in $installed; do [ ! -e "$path" ] || fail "$path was left behind"; done
echo "package: installed and removed cleanly, $(wc -w <<<"$installed") files"

target=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --target "$target"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp "target/$target/release/corescope-top" "$root/"
chroot "$root" /corescope-top --version >/dev/null || fail "the static binary does not start in an empty root"
status=0
said=$(chroot "$root" /corescope-top --json --count 1 2>&1) || status=$?
[ "$status" = 1 ] || fail "in an empty root the status is $status: $said"
echo "package: static binary of $(stat -c %s "$root/corescope-top") bytes starts in an empty root"
