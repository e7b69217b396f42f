# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_corescope_top_global_optspecs
    string join \n ingestor= server= db= stats= match= n/interval= limit= json count= wait= color= ascii h/help V/version
end

function __fish_corescope_top_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_corescope_top_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_corescope_top_using_subcommand
    set -l cmd (__fish_corescope_top_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c corescope-top -n "__fish_corescope_top_needs_command" -l ingestor -d 'Process id of the ingestor' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l server -d 'Process id of the server' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l db -d 'The SQLite database; opened read-only, for the moment of a query' -r -F
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l stats -d 'The ingestor\'s stats file [default: $CORESCOPE_INGESTOR_STATS, else what is found, else /tmp/corescope-ingestor-stats.json]' -r -F
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l match -d 'Another name by which an ingestor may go; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l wait -d 'With --json: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l color -d 'When to use colours; NO_COLOR is obeyed' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l json -d 'Print one JSON object per sample instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -s V -l version -d 'Print version'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "demo" -d 'Watch a small ingestor that is started for the purpose: needs nothing, leaves nothing behind'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "doctor" -d 'Say line by line what is found, what each source says right now, and what the rest needs: status 0 if all is well, 1 if something is missing'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l scenario -d 'What the demo\'s ingestor goes through' -r -f -a "quiet\t'ordinary traffic, about 5 transmissions a second'
backfill-loop\t'a backfill rewrites rows that are already done, for ever'
write-burst\t'more than 10 MB/s of writes'
wal-growth\t'a reader pins the log and the WAL passes 100 MB'
wal-high-water\t'the WAL grew once; all of it is checkpointed, and nobody truncates it'
writer-held\t'one transaction holds the writer lock while the traffic waits'
stats-stall\t'the stats file stops while the ingestor goes on'
restart\t'the ingestor ends and a new one takes its place'
tour\t'each of the others in turn'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l wait -d 'With --json: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l color -d 'When to use colours; NO_COLOR is obeyed' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l json -d 'Print one JSON object per sample instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l ingestor -d 'Process id of the ingestor' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l server -d 'Process id of the server' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l db -d 'The SQLite database; opened read-only, for the moment of a query' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l stats -d 'The ingestor\'s stats file [default: $CORESCOPE_INGESTOR_STATS, else what is found, else /tmp/corescope-ingestor-stats.json]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l match -d 'Another name by which an ingestor may go; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l wait -d 'With --json: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l color -d 'When to use colours; NO_COLOR is obeyed' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l json -d 'Print one JSON object per sample instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo doctor help" -f -a "demo" -d 'Watch a small ingestor that is started for the purpose: needs nothing, leaves nothing behind'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo doctor help" -f -a "doctor" -d 'Say line by line what is found, what each source says right now, and what the rest needs: status 0 if all is well, 1 if something is missing'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo doctor help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
