#!/usr/bin/env bash
# The screen and the status line in a real tmux, which runs in a second tmux that stands for the terminal: what arrives
# there is what a person sees. Both have sockets and configurations of their own and are ended.
# Needs the program tmux (Debian: apt-get install tmux); status 77 without.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8
unset TMUX TMUX_PANE NO_COLOR COLORTERM

command -v tmux >/dev/null || { echo "tmux: skipped, there is no tmux here"; exit 77; }
fail() { echo "tmux: $*" >&2; exit 1; }
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
snippet=$PWD/assets/tmux/corescope-top.conf
folder=$(mktemp -d)
inner() { tmux -S "$folder/inner" "$@"; }
outer() { tmux -S "$folder/outer" "$@"; }
cleanup() {
    inner kill-server 2>/dev/null || true
    outer kill-server 2>/dev/null || true
    kill $(jobs -p) 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 143' HUP INT TERM

# ---- an ingestor in a backfill loop, and a program by the usual name that watches it ------------------------

(exec -a corescope-ingestor "$top" demo-ingestor --db "$folder/meshcore.db" --stats "$folder/stats.json" \
    --scenario backfill-loop) &
mkdir "$folder/bin"
cat >"$folder/bin/corescope-top" <<END
#!/bin/sh
exec "$top" "\$@" --ingestor $! --db "$folder/meshcore.db" --stats "$folder/stats.json" --no-state
END
chmod +x "$folder/bin/corescope-top"
export PATH=$folder/bin:$PATH
within 10 [ -s "$folder/stats.json" ] || fail "the ingestor publishes nothing"

# ---- the two tmuxes -----------------------------------------------------------------------------------------

# A terminal of 16 colours is in few databases.
export TERMINFO_DIRS=$folder/terminfo:/etc/terminfo:/lib/terminfo:/usr/share/terminfo
infocmp xterm-256color | sed 's/^xterm-256color|[^,]*,/xterm-16color|xterm with 16 colours,/; s/colors#[^,]*/colors#16/' \
    >"$folder/16.ti"
tic -x -o "$folder/terminfo" "$folder/16.ti"
cat >"$folder/inner.conf" <<END
source-file "$snippet"
set -g status off
set -g exit-empty off
set -g remain-on-exit on
set -g set-titles on
set -g set-titles-string '#{pane_title}'
END
cat >"$folder/outer.conf" <<'END'
set -g status off
set -g exit-empty off
set -g remain-on-exit on
set -s set-clipboard on
END
outer -f "$folder/outer.conf" new-session -d -x 80 -y 24 -s terminal 'exec sleep 1000'
inner -f "$folder/inner.conf" new-session -d -x 80 -y 24 -s pane 'exec sleep 1000'

# TERM [VARIABLE=VALUE]: what is attached to the inner one from now on.
attach() {
    inner detach-client -s pane 2>/dev/null || true
    outer respawn-pane -k -t terminal "exec env TERM=$* tmux -S '$folder/inner' attach -t pane"
    within 10 attached "$1" || fail "no client of $1: $(outer capture-pane -p -t terminal)"
}
attached() { inner list-clients -F '#{client_termname}' | grep -qx "$1"; }
picture() { outer capture-pane -p -t terminal; }
shows() { picture | grep -qF -- "$1"; }
has_panels() { shows 'Disk I/O' && shows 'SQLite / WAL' && shows 'Write sources'; }
run() { inner respawn-pane -k -t pane "$@"; }

# ---- the screen: three panels, the verdict, the title, the clipboard -----------------------------------------

attach xterm-256color
run "exec '$top' demo --scenario backfill-loop"
within 20 has_panels || fail "no three panels at 80x24: $(picture)"
[ "$(picture | wc -l)" = 24 ] || fail "the picture has not 24 lines"
echo "tmux: demo shows its three panels at 80x24"

title_is() { [ "$(outer display-message -p -t terminal '#{pane_title}')" = "$1" ]; }
title_begins() { [[ $(outer display-message -p -t terminal '#{pane_title}') == "$1"* ]]; }
run "printf '\\033]2;the title before\\033\\\\'; sleep 1; corescope-top; exec sleep 1000"
within 5 title_is 'the title before' || fail "tmux passes no titles on"
within 60 title_begins '! ' || fail "no verdict in the window's title: $(picture)"
within 5 shows '▲' || fail "no verdict: $(picture)"

# What y and Y copy passes the inner tmux and reaches the outer one's buffer as well.
buffer_has() { grep -qF -- "$2" <<<"$("$1" show-buffer 2>/dev/null)"; }
copied() { buffer_has inner "$1" && buffer_has outer "$1"; }
verdict=$(outer display-message -p -t terminal '#{pane_title}')
verdict=${verdict#'! '}
verdict=${verdict%%[0-9]*}
inner send-keys -t pane y
within 5 copied "$verdict" || fail "y copied no \"$verdict\": $(inner show-buffer 2>&1)"
[ "$(inner show-buffer)" = "$(outer show-buffer)" ] || fail "the buffers differ"
[ "$(inner show-buffer | wc -l)" -gt 2 ] || fail "no evidence: $(inner show-buffer)"
inner show-buffer >"$folder/verdict"
inner send-keys -t pane Y
within 5 copied 'Write sources' || fail "Y copied no picture: $(inner show-buffer)"
inner show-buffer >"$folder/screen"
[ "$(wc -l <"$folder/screen")" -ge 23 ] || fail "Y copied a part: $(cat "$folder/screen")"
! LC_ALL=C grep -q $'\033' "$folder/verdict" "$folder/screen" || fail "a copy has escape sequences"
echo "tmux: y and Y reach the buffers of tmux and of the terminal around it"

inner send-keys -t pane q
within 5 title_is 'the title before' || fail "the title is not set back: $(outer display-message -p '#{pane_title}')"
echo "tmux: the title says the verdict, and is set back"

# ---- every theme on terminals of 8, 16, 256 and true colours --------------------------------------------------

# The colours of a picture as SGR parameters. The first sixteen of a palette of 256 are the terminal's own sixteen.
used() {
    grep -o $'\033\\[[0-9;:]*m' | tr -d '\033[m' | awk -F'[;:]' '{
        for (i = 1; i <= NF; i++) {
            n = $i + 0
            if ((n == 38 || n == 48) && $(i + 1) == 5) {
                c = $(i + 2) + 0
                print (n == 48 || c > 15 ? n ";5;" c : c < 8 ? 30 + c : 82 + c)
                i += 2
            } else if (n == 38 || n == 48) {
                print n ";2"
                i += 4
            } else if (n >= 30 && n != 39 && n != 49 && n != 59) {
                print n
            }
        }
    }' | sort -u
}
colours() { # THEME: the SGR parameters that it may use
    case $1 in
        default) printf '%s\n' 31 32 33 36 ;;
        high-contrast) printf '%s\n' '38;5;231' '38;5;16' '38;5;196' '48;5;124' '48;5;226' ;;
        light) printf '%s\n' '38;5;25' '38;5;124' '38;5;90' '38;5;22' ;;
        mono) ;;
    esac
}
# THEME TERMINAL: the same where tmux has to make do with the nearest of 8 or 16.
fewer_colours() {
    case $1-$2 in
        high-contrast-xterm) printf '%s\n' 37 30 31 41 43 ;;
        high-contrast-*) printf '%s\n' 97 30 91 41 103 ;;
        light-*) printf '%s\n' 34 31 35 32 ;;
        *) colours "$1" ;;
    esac
}
only_colours() { # FILE ALLOWED WHERE
    used <"$1" >"$folder/used"
    [ -s "$folder/used" ] || [ -z "$2" ] || fail "no colours: $3"
    local other
    other=$(grep -vxF -e "${2:-none}" "$folder/used") || return 0
    fail "other colours than the theme's: $3: $other"
}
# Terminals that answer nothing, as the outer tmux would: what is written to them is in the file.
attach_bare() { # FILE TERM [VARIABLE=VALUE]
    local file=$1
    shift
    inner detach-client -s pane 2>/dev/null || true
    script -qefc "stty rows 24 cols 80; exec env TERM=$* tmux -S '$folder/inner' attach -t pane" "$file" \
        < <(exec sleep 30) >/dev/null 2>&1 &
}
drawn() { [ -s "$1" ] && grep -qa '▲' "$1" && grep -qa 'Disk I/O' "$1" && grep -qa 'SQLite / WAL' "$1" && grep -qa 'Write sources' "$1"; }

outer respawn-pane -k -t terminal 'exec sleep 1000'
themes="default high-contrast light mono"
for theme in $themes; do
    inner new-window -d -t pane -n "$theme" "exec corescope-top --theme $theme"
done
in_pane() { inner capture-pane -e -p -t "pane:$1" >"$folder/pane" && drawn "$folder/pane"; }
for theme in $themes; do
    within 60 in_pane "$theme" || fail "$theme: $(cat "$folder/pane")"
    only_colours "$folder/pane" "$(colours "$theme")" "$theme in a pane"
done
for terminal in xterm xterm-16color xterm-256color "xterm-256color COLORTERM=truecolor"; do
    # tmux believes in true colours where it is told so.
    [[ $terminal != *truecolor ]] || inner set -as terminal-features ',xterm-256color:RGB'
    for theme in $themes; do
        inner select-window -t "pane:$theme"
        rm -f "$folder/typescript"
        attach_bare "$folder/typescript" $terminal
        within 10 drawn "$folder/typescript" || fail "$theme is not drawn on $terminal"
        case $terminal in
            xterm | xterm-16color) allowed=$(fewer_colours "$theme" "$terminal") ;;
            *) allowed=$(colours "$theme") ;;
        esac
        only_colours "$folder/typescript" "$allowed" "$theme on $terminal"
    done
    features=$(inner list-clients -F '#{client_termfeatures}')
    [[ $terminal != *truecolor || $features == *RGB* ]] || fail "no true colours: $features"
    echo "tmux: $themes show their colours on $terminal"
done

# ---- the snippet ----------------------------------------------------------------------------------------------

inner select-window -t pane:0
attach xterm-256color
inner set -g status on
inner set -g status-interval 1
bar() { picture | tail -n 1; }
bar_has() { bar | grep -qE -- "$1"; }
within 20 bar_has '(ok|▲ [a-z ]+).* write [0-9.]+ .B/s' || fail "the status line has no figures: $(bar)"
! bar_has '#\[|fg=|default\]' || fail "the status line has raw markup: $(bar)"
line=$(bar | grep -oE '(ok|▲).*[0-9]{2}:[0-9]{2}' | sed -E 's/ [0-9]{2}:[0-9]{2}$//')
[ "${#line}" -ge 20 ] && [ "${#line}" -le 44 ] || fail "the line has ${#line} columns: $line"
outer capture-pane -e -p -t terminal | tail -n 1 | grep -qE $'\033\\[[0-9;]*(31|32|33)[;m]' || fail "the line has no colour"
plain=$(corescope-top status --width 44)
[ "${#plain}" -le 44 ] || fail "status --width 44 has ${#plain} columns: $plain"
outer send-keys -t terminal C-b C-t
small() { inner capture-pane -p -t pane:0.1 2>/dev/null >"$folder/pane" && grep -q '▲' "$folder/pane"; }
within 20 small || fail "prefix C-t: $(picture)"
[ "$(inner display-message -p -t pane:0.1 '#{pane_height}')" = 8 ] || fail "prefix C-t: not eight rows"
echo "tmux: the status line says \"$line\", and prefix C-t opens eight rows"
