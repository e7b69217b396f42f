#!/usr/bin/env bash
# Builds the Debian package and the static binary and tries both for real: installs the package, looks for its files,
# has systemd check the units, runs the units' commands with the rights that they give, removes the package, looks for
# what it left; starts the static binary in a root with nothing else in it.
# Needs root, dpkg and cargo-deb (cargo install cargo-deb); status 77 without.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { echo "package: $*" >&2; exit 1; }
skip() { echo "package: skipped, $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "installing needs root"
command -v dpkg >/dev/null || skip "there is no dpkg here"
command -v cargo-deb >/dev/null || skip "there is no cargo-deb here: cargo install cargo-deb"

# Somebody else may be installing something.
patiently() {
    local attempt
    for attempt in $(seq 60); do
        ! "$@" >"$folder/dpkg" 2>&1 || return 0
        grep -q 'lock' "$folder/dpkg" || break
        sleep 1
    done
    cat "$folder/dpkg" >&2
    return 1
}
purge() { patiently dpkg -P corescope-top && rm -f "$mark"; }
# Says that what is installed is ours: a run that was killed outright could not remove it.
mark=/run/corescope-top-package-test
folder=$(mktemp -d)
cleanup() {
    kill $(jobs -p) 2>/dev/null || true
    wait 2>/dev/null || true
    [ ! -e "$mark" ] || purge || true
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
if [ -e "$mark" ]; then
    purge
fi
! dpkg -s corescope-top >/dev/null 2>&1 || skip "corescope-top is installed already, and not by this script"

cargo build --release
deb=$(cargo deb --no-build | tail -n 1)
dpkg-deb --info "$deb" | sed -n 's/^ \(Package\|Version\|Depends\|Installed-Size\)/\1/p'

touch "$mark"
# Small images tell dpkg to leave out manuals.
patiently dpkg -i --path-include='/usr/share/*' "$deb"
for file in /usr/bin/corescope-top /usr/share/bash-completion/completions/corescope-top \
    /usr/share/zsh/vendor-completions/_corescope-top /usr/share/fish/vendor_completions.d/corescope-top.fish \
    /usr/share/corescope-top/prometheus/corescope-top.rules.yml /usr/share/corescope-top/grafana/corescope.json \
    /usr/share/corescope-top/systemd/corescope-top-{metrics.service,textfile.service,textfile.timer} \
    /usr/share/corescope-top/corescope-top.conf /usr/share/doc/corescope-top/README.md; do
    [ -f "$file" ] || fail "$file was not installed"
done
[ -f /usr/share/man/man1/corescope-top.1.gz ] || [ -f /usr/share/man/man1/corescope-top.1 ] || fail "no man page"
if command -v man >/dev/null; then
    man -P cat corescope-top 2>&1 | grep -q '^NAME' || fail "man does not show the page"
fi
# As bash loads it when somebody presses Tab.
offered=$(bash -c '. /usr/share/bash-completion/completions/corescope-top
    function=$(complete -p corescope-top | sed "s/.*-F \([^ ]*\) .*/\1/")
    COMP_WORDS=(corescope-top met) COMP_CWORD=1
    "$function" corescope-top met corescope-top
    echo "${COMPREPLY[*]}"')
[ "$offered" = metrics ] || fail "bash completes \"met\" as \"$offered\""
/usr/bin/corescope-top --version
/usr/bin/corescope-top demo --json --count 1 >/dev/null || fail "the installed program does not run"

units=/usr/share/corescope-top/systemd
if command -v systemd-analyze >/dev/null; then
    said=$(systemd-analyze verify --man=no "$units"/*.service "$units"/*.timer 2>&1) || fail "systemd objects: $said"
    [ -z "$said" ] || fail "systemd objects: $said"
    echo "package: systemd has nothing to say against the units"
else
    echo "package: units not checked, there is no systemd-analyze here"
fi
# The units' commands with the users, capabilities and folders that they give, on an ingestor of somebody else's.
value_of() { sed -n "s/^$2=//p" "$units/$1"; }
rights=() # of a unit's user, as setpriv takes them
for capability in $(value_of corescope-top-metrics.service CapabilityBoundingSet); do
    name=${capability#CAP_}
    rights+=(",+${name,,}")
done
caps=-all$(printf %s "${rights[@]}")
textfile=(setpriv --no-new-privs --bounding-set "$caps" --inh-caps "$caps")
# A user of systemd's making, whose state folder is a link.
dynamic=61184
metrics=(setpriv --reuid "$dynamic" --regid "$dynamic" --clear-groups --no-new-privs --bounding-set "$caps"
    --inh-caps "$caps" --ambient-caps "$caps")
chmod 711 "$folder"
mkdir -p "$folder"/{node-exporter,lib/corescope-top-textfile,lib/private/corescope-top}
ln -s private/corescope-top "$folder/lib/corescope-top"
chown "$dynamic" "$folder/lib/private/corescope-top"
mkdir -m 700 "$folder/ingestor"
chown nobody "$folder/ingestor"
setpriv --reuid nobody --regid nogroup --clear-groups bash -c 'exec -a corescope-ingestor "$@"' bash \
    /usr/bin/corescope-top demo-ingestor --db "$folder/ingestor/meshcore.db" --stats "$folder/ingestor/stats.json" \
    --scenario quiet &
watch=(--ingestor $! --db "$folder/ingestor/meshcore.db" --stats "$folder/ingestor/stats.json")
for _ in $(seq 100); do [ -s "$folder/ingestor/stats.json" ] && break; sleep 0.1; done
figures() { # FILE: has what takes rights, and no source failed
    grep -q '^corescope_process_storage_written_bytes_total{process="ingestor"} ' "$1" &&
        grep -q '^corescope_source_events_total{source="tx_inserted"} ' "$1" &&
        grep -q '^corescope_wal_frames{state="live"} ' "$1" && grep -qxE 'corescope_faults 0(\.0)?' "$1"
}
# UNIT: its command, with folders and the port of our own.
command_of() {
    local environment
    environment=$(value_of "$1" Environment)
    echo "env ${environment//\/var\/lib/$folder\/lib} $(value_of "$1" ExecStart |
        sed "s|/var/lib/prometheus/|$folder/|; s|127.0.0.1:9877|127.0.0.1:0|")"
}
"${textfile[@]}" $(command_of corescope-top-textfile.service) "${watch[@]}" 2>"$folder/said" ||
    fail "the textfile unit's command failed: $(cat "$folder/said")"
[ ! -s "$folder/said" ] || fail "the textfile unit's command says: $(cat "$folder/said")"
figures "$folder/node-exporter/corescope.prom" || fail "figures are missing: $(cat "$folder/node-exporter/corescope.prom")"
"${metrics[@]}" $(command_of corescope-top-metrics.service) "${watch[@]}" 2>"$folder/said" &
served=$!
for _ in $(seq 100); do [ -s "$folder/said" ] && break; sleep 0.1; done
port=$(sed -n 's|.*http://127.0.0.1:\([0-9]*\)/metrics.*|\1|p' "$folder/said")
[ -n "$port" ] || fail "the metrics unit's command serves nothing: $(cat "$folder/said")"
scrape() {
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
    cat <&3 >"$folder/scraped"
    exec 3>&-
}
for _ in $(seq 50); do scrape; figures "$folder/scraped" && break; sleep 0.1; done
figures "$folder/scraped" || fail "figures are missing: $(cat "$folder/scraped")"
kill "$served"
wait "$served" || true
[ "$(wc -l <"$folder/said")" = 1 ] || fail "the metrics unit's command says: $(cat "$folder/said")"
echo "package: the units' commands read all that they need, with their own rights only"
kill $(jobs -p)
wait 2>/dev/null || true

installed=$(dpkg -L corescope-top | while read -r path; do [ -d "$path" ] || echo "$path"; done)
purge
for path in $installed; do [ ! -e "$path" ] || fail "$path was left behind"; done
echo "package: installed and removed cleanly, $(wc -w <<<"$installed") files"

target=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS='-C target-feature=+crt-static' cargo build --release --target "$target"
mkdir "$folder/root"
cp "target/$target/release/corescope-top" "$folder/root/"
chroot "$folder/root" /corescope-top --version >/dev/null || fail "the static binary does not start in an empty root"
status=0
said=$(chroot "$folder/root" /corescope-top --json --count 1 2>&1) || status=$?
[ "$status" = 1 ] || fail "in an empty root the status is $status: $said"
echo "package: static binary of $(stat -c %s "$folder/root/corescope-top") bytes starts in an empty root"
