#!/usr/bin/env bash
# The metrics against the real thing: promtool reads what is printed, checks and tests the alert rules, and a
# Prometheus of its own scrapes an ingestor in a backfill loop until the alert fires.
# Needs the programs prometheus, promtool and curl (Debian: apt-get install prometheus curl); status 77 without them.
set -euo pipefail
cd "$(dirname "$0")/.."

for program in prometheus promtool curl; do
    command -v "$program" >/dev/null || { echo "prometheus: skipped, there is no $program here"; exit 77; }
done
fail() { echo "prometheus: $*" >&2; exit 1; }

cargo build --release
top=$PWD/target/release/corescope-top
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

(exec -a corescope-ingestor "$top" demo-ingestor --db "$folder/meshcore.db" --stats "$folder/stats.json" \
    --scenario backfill-loop) &
ingestor=$!
watch=(--ingestor "$ingestor" --db "$folder/meshcore.db" --stats "$folder/stats.json" --no-state)
for _ in $(seq 100); do [ -s "$folder/stats.json" ] && break; sleep 0.1; done

"$top" metrics "${watch[@]}" >"$folder/open.txt"
tail -n 1 "$folder/open.txt" | grep -qx '# EOF' || fail "no end mark"
"$top" metrics "${watch[@]}" --textfile "$folder/corescope.prom"
promtool check metrics <"$folder/corescope.prom" || fail "promtool objects to the textfile"
promtool check rules assets/prometheus/corescope-top.rules.yml
promtool test rules assets/prometheus/corescope-top.rules.test.yml

"$top" metrics "${watch[@]}" --listen 127.0.0.1:0 2>"$folder/listen.txt" &
for _ in $(seq 100); do [ -s "$folder/listen.txt" ] && break; sleep 0.1; done
address=$(sed -n 's|.*http://\([^/]*\)/metrics.*|\1|p' "$folder/listen.txt")
[ -n "$address" ] || fail "no address: $(cat "$folder/listen.txt")"

sed "s/127.0.0.1:9877/$address/; s/15s/1s/; s|corescope-top.rules.yml|$PWD/assets/prometheus/corescope-top.rules.yml|" \
    assets/prometheus/scrape.yml >"$folder/prometheus.yml"
printf 'global:\n  evaluation_interval: 1s\n' >>"$folder/prometheus.yml"
port=$((20000 + RANDOM % 10000))
prometheus --config.file "$folder/prometheus.yml" --storage.tsdb.path "$folder/data" \
    --web.listen-address "127.0.0.1:$port" >"$folder/prometheus.log" 2>&1 &
for _ in $(seq 120); do
    if curl -fsS "http://127.0.0.1:$port/api/v1/alerts" 2>/dev/null |
        grep -q '"alertname":"CorescopeBackfillLoop"[^}]*}[^}]*}[^}]*"state":"firing"'; then
        echo "prometheus: scraped, and the alert fires"
        exit 0
    fi
    sleep 0.5
done
curl -fsS "http://127.0.0.1:$port/api/v1/alerts" >&2 || tail -5 "$folder/prometheus.log" >&2
fail "the alert did not fire within a minute"
