#!/usr/bin/env bash
# Half an hour of the real program in bad weather; not part of `cargo test`.
#
#     cargo build --release && tests/soak.sh target/release/corescope-top [MINUTES] [FOLDER]
#
# Two monitors at 0.1 s, one that prints lines and one on a terminal, each on a demo of its own that plays all
# incidents in turn. Children of the demos are killed at random moments; keys are typed and the terminal is resized.
# Every two minutes a third and a fourth monitor lose the demo's director, and have to end or to say so.
# FOLDER keeps the samples (soak.csv), what happened (events.log) and what the monitors said.
# Status 0 if everything held, 1 if not, 2 usage.
set -u
export LC_ALL=C.UTF-8

program=${1:?usage: tests/soak.sh PROGRAM [MINUTES] [FOLDER]}
minutes=${2:-30}
folder=${3:-$(mktemp -d "${TMPDIR:-/tmp}/corescope-soak.XXXXXX")}
program=$(realpath "$program") && [[ -x $program ]] || { echo "soak: cannot run $1" >&2; exit 2; }
for tool in script stty pgrep; do
    command -v "$tool" >/dev/null || { echo "soak: needs $tool (util-linux, coreutils, procps)" >&2; exit 2; }
done
mkdir -p "$folder" && cd "$folder" || exit 2
# A copy, so that a build in the meantime doesn't change what runs.
cp "$program" program && program=$PWD/program

# After how many seconds the memory must have settled, and how much it may grow from then on.
settle=$((minutes > 5 ? 300 : minutes * 30))
growth_limit=1024
csv=soak.csv
failures=()
workers=()
: >events.log

say() { printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >>events.log; }
fail() { failures+=("$*"); say "FAILED: $*"; }

# ---- the monitors -------------------------------------------------------------------------------------------

# The lines of a monitor are counted, not kept, but for the last.
start_lines() { # NAME: sets pid
    rm -f "$1.pipe" && mkfifo "$1.pipe"
    tee >(tail -n 1 >"$1.last") <"$1.pipe" | wc -l >"$1.lines" &
    "$program" -n 0.1 --json demo >"$1.pipe" 2>"$1.err" &
    pid=$!
}

# A terminal whose keyboard is a pipe that stays open. Nobody can tell script how large it is to be.
start_screen() { # NAME: sets pid (of the monitor) and script_pid
    rm -f "$1.keys" "$1.tty" "$1.pid" && mkfifo "$1.keys"
    local run="stty rows 24 cols 80; tty >$1.tty; echo \$\$ >$1.pid; exec '$program' -n 0.1 demo"
    TERM=xterm-256color SHELL=/bin/sh script -qefc "$run" /dev/null <>"$1.keys" >"$1.out" 2>&1 &
    script_pid=$!
    local _
    for _ in {1..100}; do [[ -s $1.pid ]] && break; sleep 0.05; done
    pid=$(<"$1.pid")
}

# What a terminal got is thrown away before it grows large; its last part may hold a message.
trim_output() { [[ -f $1.out && $(stat -c %s "$1.out") -gt 20000000 ]] && : >"$1.out"; }

director_of() { pgrep -P "$1" -x corescope-demo | head -1; }

# ---- what is done to them -----------------------------------------------------------------------------------

# Kills an ingestor or a server, and nothing but a child of that monitor's own director.
kill_child() { # MONITOR_PID
    local director victim
    director=$(director_of "$1")
    [[ -n $director ]] || return
    victim=$(pgrep -P "$director" | shuf -n 1)
    [[ -n $victim ]] || return
    say "kill -9 $victim ($(cat "/proc/$victim/comm" 2>/dev/null)), child of $director, of monitor $1"
    kill -9 "$victim" 2>/dev/null
}

press() { # NAME
    local all=(1 2 3 z z '?' '?' s S t p p j k G g $'\t' $'\x0c' / $'\e' +)
    printf '%s' "${all[RANDOM % ${#all[@]}]}" >"$1.keys"
    # The interval goes back to the shortest.
    printf -- '---' >"$1.keys"
}

resize() { # NAME
    local sizes=('24 80' '24 80' '24 80' '36 120' '50 160' '5 20' '1 1' '200 500')
    local size=${sizes[RANDOM % ${#sizes[@]}]}
    [[ -s $1.tty ]] && stty -F "$(<"$1.tty")" rows "${size% *}" cols "${size#* }" 2>/dev/null
}

# Waits until process $1 has ended, at most $2 seconds.
ended_within() {
    local end=$((SECONDS + $2))
    while kill -0 "$1" 2>/dev/null; do
        ((SECONDS < end)) || return 1
        sleep 0.2
    done
}

# A monitor whose demo loses its director ends with status 1 (or 0) and a word about it, or says so and goes on.
lose_director() { # NAME lines|screen
    local name=$1 kind=$2 status director
    if [[ $kind = lines ]]; then start_lines "$name"; else start_screen "$name"; fi
    local monitor=$pid parent=$pid
    [[ $kind = screen ]] && parent=$script_pid
    sleep $((5 + RANDOM % 10))
    director=$(director_of "$monitor")
    if [[ -z $director ]]; then fail "$name: no director"; return; fi
    kill -9 "$director"
    if ended_within "$monitor" 15; then
        wait "$parent"; status=$?
        say "$name: lost its director $director, ended with status $status"
        [[ $status -le 1 ]] || fail "$name: status $status after it lost its director"
    else
        # On the screen the last figures are worth keeping: it has to show that they are old, and to obey.
        if [[ $kind = screen ]]; then
            tr -d '\0' <"$name.out" | grep -aqiE 'demo|exited|gone|ended' || fail "$name: a lost director isn't shown"
            printf 'q' >"$name.keys"
        else
            kill -TERM "$monitor"
        fi
        ended_within "$monitor" 10 || { fail "$name: doesn't end"; kill -9 "$monitor"; }
        wait "$parent"; status=$?
        say "$name: lost its director $director, went on, status $status when asked to end"
        [[ $status -eq 0 || $status -eq 143 ]] || fail "$name: status $status"
        if [[ $kind = lines ]]; then
            sleep 0.3
            grep -q '"faults":\[{' "$name.last" || fail "$name: its last line says nothing of a lost target"
        fi
    fi
    rm -f "$name.out"
}

# ---- what is measured ---------------------------------------------------------------------------------------

# Descriptors that are kept: files that are open for the moment of a reading don't count, so the least of ten looks.
kept_descriptors() {
    local least=100000 now _
    for _ in {1..10}; do
        now=$(find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l)
        ((now < least)) && least=$now
        sleep 0.013
    done
    echo "$least"
}

sample() { # NAME PID
    local rss threads fds
    [[ -r /proc/$2/status ]] || { fail "$1 (pid $2) is gone after $SECONDS s"; return 1; }
    rss=$(awk '/^VmRSS/ {print $2}' "/proc/$2/status")
    threads=$(awk '/^Threads/ {print $2}' "/proc/$2/status")
    fds=$(kept_descriptors "$2")
    echo "$SECONDS,$1,$2,${rss:-},${fds:-},${threads:-}" >>"$csv"
}

# ---- the run ------------------------------------------------------------------------------------------------

finish() {
    trap - EXIT INT TERM
    local it
    for it in "${workers[@]}"; do kill -TERM "$it" 2>/dev/null; done
    exit "${1:-1}"
}
trap 'finish 1' EXIT INT TERM

echo "seconds,monitor,pid,rss_kb,descriptors,threads" >"$csv"
start_lines lines; lines=$pid
start_screen screen; screen=$pid screen_parent=$script_pid
workers=("$lines" "$screen")
say "monitors: lines $lines, screen $screen"
# The cells of the largest terminal stay allocated: they belong to what has settled.
sleep 3
stty -F "$(<screen.tty)" rows 200 cols 500 && sleep 3
stty -F "$(<screen.tty)" rows 24 cols 80
SECONDS=0
total=$((minutes * 60)) next_sample=10 next_kill=20 next_loss=60 next_key=3 kills=0 losses=0
while ((SECONDS < total)); do
    sleep 0.5
    if ((SECONDS >= next_sample)); then
        next_sample=$((next_sample + 10))
        sample lines "$lines" || break
        sample screen "$screen" || break
        trim_output screen
    fi
    if ((SECONDS >= next_kill)); then
        next_kill=$((SECONDS + 5 + RANDOM % 25)) kills=$((kills + 1))
        if ((RANDOM % 2)); then kill_child "$lines"; else kill_child "$screen"; fi
    fi
    if ((SECONDS >= next_key)); then
        next_key=$((SECONDS + 2))
        press screen
        ((RANDOM % 5)) || resize screen
    fi
    if ((SECONDS >= next_loss)); then
        next_loss=$((SECONDS + 120)) losses=$((losses + 1))
        if ((losses % 2)); then lose_director "lost$losses" lines; else lose_director "lost$losses" screen; fi
        # Samples that were missed meanwhile aren't taken twice.
        next_sample=$(((SECONDS / 10 + 1) * 10))
    fi
done

printf '\e\eq' >screen.keys
kill -TERM "$lines" 2>/dev/null
ended_within "$lines" 10 || { fail "lines: doesn't end on SIGTERM"; kill -9 "$lines"; }
ended_within "$screen" 10 || { printf 'qq' >screen.keys; ended_within "$screen" 5; } ||
    { fail "screen: doesn't end on q"; kill -9 "$screen"; }
wait "$lines"; lines_status=$?
wait "$screen_parent"; screen_status=$?
workers=()
[[ $lines_status -eq 143 ]] || fail "lines ended with status $lines_status, not 143"
[[ $screen_status -eq 0 ]] || fail "screen ended with status $screen_status, not 0"
for said in *.err *.out; do
    [[ -f $said ]] && grep -aqE "panicked at|a bug, please report" "$said" && fail "$said holds a panic"
done

judge() { # NAME: prints its figures; the reasons why they don't do go to fail
    local figures
    figures=$(awk -F, -v name="$1" -v settle="$settle" '
        $2 == name {
            if ($1 <= settle) base = $4
            else { n++; if ($4 > most) most = $4; last = $4 }
            if ($1 > 30) {
                if ($1 <= settle && $5 > f_base) f_base = $5
                if (!t_first) t_first = $6
                if (!f_min || $5 < f_min) f_min = $5; if ($5 > f_max) f_max = $5
                if (!t_min || $6 < t_min) t_min = $6; if ($6 > t_max) t_max = $6
            }
        }
        END { print base + 0, most + 0, last + 0, f_min + 0, f_max + 0, t_min + 0, t_max + 0, n + 0, f_base + 0, t_first + 0 }' "$csv")
    read -r base most last f_min f_max t_min t_max count f_base t_first <<<"$figures"
    echo "$1: RSS $base kB after $settle s, then at most $most kB, $last kB at the end ($count samples);" \
        "descriptors $f_min-$f_max, threads $t_min-$t_max"
    ((most - base < growth_limit)) || fail "$1: RSS grew by $((most - base)) kB"
    # Fewer are in use while a child of the demo is away (three for each process that is read): the most tell.
    ((f_max <= f_base)) || fail "$1: $f_base descriptors grew to $f_max"
    ((t_max <= t_first + 1 && t_min >= t_first - 1)) || fail "$1: $t_first threads became $t_min to $t_max"
    ((count > 0)) || fail "$1: no samples after $settle s"
}

echo "soak: $minutes minutes; $(grep -c 'kill -9' events.log) children killed, $losses directors; $(<lines.lines) lines printed"
judge lines
judge screen
echo "samples and events: $folder"
trap - EXIT INT TERM
if ((${#failures[@]})); then
    printf 'FAILED: %s\n' "${failures[@]}"
    exit 1
fi
echo "soak: all held"
