#!/usr/bin/env bash
# The metrics against the real thing: promtool reads what is printed, checks and tests the alert rules, node_exporter
# takes the textfile, and a Prometheus of its own scrapes an ingestor in a backfill loop until the alert fires and every
# query of the dashboard has data.
# Needs the programs prometheus, promtool, curl and jq (Debian: apt-get install prometheus curl jq); status 77 without.
set -euo pipefail
cd "$(dirname "$0")/.."

for program in prometheus promtool curl jq; do
    command -v "$program" >/dev/null || { echo "prometheus: skipped, there is no $program here"; exit 77; }
done
fail() { echo "prometheus: $*" >&2; exit 1; }
within() { # SECONDS COMMAND...: tries until it succeeds
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$end" ] || return 1
        sleep 0.2
    done
}

cargo build --release
top=$PWD/target/release/corescope-top
rules=assets/prometheus/corescope-top.rules.yml
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT

(exec -a corescope-ingestor "$top" demo-ingestor --db "$folder/meshcore.db" --stats "$folder/stats.json" \
    --scenario backfill-loop) &
ingestor=$!
watch=(--ingestor "$ingestor" --db "$folder/meshcore.db" --stats "$folder/stats.json" --no-state)
within 10 [ -s "$folder/stats.json" ] || fail "the ingestor publishes nothing"

"$top" metrics "${watch[@]}" >"$folder/open.txt"
tail -n 1 "$folder/open.txt" | grep -qx '# EOF' || fail "no end mark"
mkdir "$folder/textfile"
"$top" metrics "${watch[@]}" --textfile "$folder/textfile/corescope.prom"
promtool check metrics <"$folder/textfile/corescope.prom" || fail "promtool objects to the textfile"
promtool check rules "$rules"
promtool test rules "${rules%.yml}.test.yml"

free_port() { # a port that nobody listens on
    local port
    for _ in $(seq 50); do
        port=$((20000 + RANDOM % 10000))
        (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
    return 1
}
if command -v prometheus-node-exporter >/dev/null; then
    node=127.0.0.1:$(free_port)
    prometheus-node-exporter --collector.disable-defaults --collector.textfile \
        --collector.textfile.directory "$folder/textfile" --web.listen-address "$node" 2>"$folder/node.log" &
    within 10 curl -fsS -o "$folder/node.txt" "http://$node/metrics" 2>/dev/null ||
        fail "no node_exporter: $(tail -n 3 "$folder/node.log")"
    grep -qx 'node_textfile_scrape_error 0' "$folder/node.txt" || fail "node_exporter objects to the textfile"
    grep -q '^corescope_verdict{verdict="backfill_loop"}' "$folder/node.txt" || fail "node_exporter has no verdicts"
    grep -qE '^node_textfile_mtime_seconds\{file="(.*/)?corescope.prom"' "$folder/node.txt" ||
        fail "node_exporter does not say how old the textfile is"
    echo "prometheus: node_exporter takes the textfile"
else
    echo "prometheus: not tried with node_exporter, which is not here"
fi

"$top" metrics "${watch[@]}" --listen 127.0.0.1:0 2>"$folder/listen.txt" &
within 10 [ -s "$folder/listen.txt" ] || fail "nothing is served"
address=$(sed -n 's|.*http://\([^/]*\)/metrics.*|\1|p' "$folder/listen.txt")
[ -n "$address" ] || fail "no address: $(cat "$folder/listen.txt")"

sed "s/127.0.0.1:9877/$address/; s/15s/1s/; s|corescope-top.rules.yml|$PWD/$rules|" \
    assets/prometheus/scrape.yml >"$folder/prometheus.yml"
printf 'global:\n  evaluation_interval: 1s\n' >>"$folder/prometheus.yml"
promtool check config "$folder/prometheus.yml" >"$folder/config.txt" || fail "$(cat "$folder/config.txt")"
server=http://127.0.0.1:$(free_port)
prometheus --config.file "$folder/prometheus.yml" --storage.tsdb.path "$folder/data" \
    --web.listen-address "${server#http://}" >"$folder/prometheus.log" 2>&1 &

firing() {
    curl -fsS "$server/api/v1/alerts" 2>/dev/null |
        jq -e '.data.alerts | any(.labels.alertname == "CorescopeBackfillLoop" and .state == "firing")' >/dev/null
}
within 60 firing || {
    curl -fsS "$server/api/v1/alerts" >&2 || tail -n 5 "$folder/prometheus.log" >&2
    fail "the alert did not fire within a minute"
}
echo "prometheus: scraped, and the alert fires"

# What Grafana puts in place of its variables: all hosts, and a few scrapes.
jq -r '.panels[] | .title as $panel | .targets[] | [$panel, .expr] | @tsv' assets/grafana/corescope.json |
    sed 's/\$instance/.*/g; s/\$__rate_interval/10s/g' >"$folder/queries.tsv"
has_data() { promtool query instant -- "$server" "$1" 2>"$folder/query.txt" | grep -q .; }
while IFS=$'\t' read -r panel query; do
    # @tsv doubles backslashes; there is none in these.
    within 15 has_data "$query" || fail "panel $panel has no data: $query $(cat "$folder/query.txt")"
done <"$folder/queries.tsv"

# Every name that rules and dashboard use is one that is printed and scraped.
{
    sed -n 's/^ *expr: //p' "$rules"
    jq -r '(.panels[].targets[].expr), (.templating.list[].query | if type == "object" then .query else . end)' \
        assets/grafana/corescope.json
} | grep -oE 'corescope_[a-z0-9_]+' | sort -u >"$folder/names.txt"
while read -r name; do
    grep -qE "^$name[ {]" "$folder/open.txt" || fail "$name is used and not printed"
    has_data "$name" || fail "$name is used and not scraped"
done <"$folder/names.txt"
echo "prometheus: $(wc -l <"$folder/queries.tsv") queries of the dashboard have data," \
    "$(wc -l <"$folder/names.txt") names of rules and dashboard exist"
