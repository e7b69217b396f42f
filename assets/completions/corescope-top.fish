# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_corescope_top_global_optspecs
    string join \n ingestor= server= db= stats= target= match= n/interval= limit= json count= wait= no-state record= force record-max= record-keep= bell color= theme= config= ascii h/help V/version
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
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l db -d 'The SQLite database; opened read-only and only for the moment of a look' -r -F
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l stats -d 'The ingestor\'s stats file [default: $CORESCOPE_INGESTOR_STATS, else what is found, else /tmp/corescope-ingestor-stats.json]' -r -F
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l target -d 'A target of the configuration file, by its name' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l match -d 'Another name by which an ingestor may go; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -s V -l version -d 'Print version'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "demo" -d 'Watch a small ingestor that is started for the purpose: needs nothing, leaves nothing behind'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "record" -d 'Record to a file without a screen, and say in one line at the end what was recorded'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "replay" -d 'Play a recording: on the screen, or with --json as the lines that were printed live'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "doctor" -d 'Say line by line what is found, what each source says right now, and what the rest needs: status 0 if all is well, 1 if something is missing'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "metrics" -d 'Print the target\'s figures for Prometheus in the OpenMetrics text format, serve them, or leave them where node_exporter finds them'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "check" -d 'Print one line and end as a monitoring plugin does: 0 ok, 1 warning, 2 critical, 3 unknown'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "status" -d 'Print one short line for a status bar'
complete -c corescope-top -n "__fish_corescope_top_needs_command" -f -a "config" -d 'Say what is configured and where it comes from, or check the configuration file'
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
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l for -d 'End after so long, for example 2h [default: at Ctrl-C]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l ingestor -d 'Process id of the ingestor' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l server -d 'Process id of the server' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l db -d 'The SQLite database; opened read-only and only for the moment of a look' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l stats -d 'The ingestor\'s stats file [default: $CORESCOPE_INGESTOR_STATS, else what is found, else /tmp/corescope-ingestor-stats.json]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l target -d 'A target of the configuration file, by its name' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l match -d 'Another name by which an ingestor may go; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand record" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l ingestor -d 'Process id of the ingestor' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l server -d 'Process id of the server' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l db -d 'The SQLite database; opened read-only and only for the moment of a look' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l stats -d 'The ingestor\'s stats file [default: $CORESCOPE_INGESTOR_STATS, else what is found, else /tmp/corescope-ingestor-stats.json]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l target -d 'A target of the configuration file, by its name' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l match -d 'Another name by which an ingestor may go; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l textfile -d 'Write to a file that is replaced at once, in the format of node_exporter\'s textfile collector' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l listen -d 'Serve http://ADDRESS/metrics until ended; port 0 takes a free one, which is printed' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l ingestor -d 'Process id of the ingestor' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l server -d 'Process id of the server' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l db -d 'The SQLite database; opened read-only and only for the moment of a look' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l stats -d 'The ingestor\'s stats file [default: $CORESCOPE_INGESTOR_STATS, else what is found, else /tmp/corescope-ingestor-stats.json]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l target -d 'A target of the configuration file, by its name' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l match -d 'Another name by which an ingestor may go; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l listen-to-others -d 'Serve to other machines, too: without this only a loopback address is taken'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand metrics" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l ingestor -d 'Process id of the ingestor' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l server -d 'Process id of the server' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l db -d 'The SQLite database; opened read-only and only for the moment of a look' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l stats -d 'The ingestor\'s stats file [default: $CORESCOPE_INGESTOR_STATS, else what is found, else /tmp/corescope-ingestor-stats.json]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l target -d 'A target of the configuration file, by its name' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l match -d 'Another name by which an ingestor may go; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l width -d 'Columns of the line, markup not counted' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l ingestor -d 'Process id of the ingestor' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l server -d 'Process id of the server' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l db -d 'The SQLite database; opened read-only and only for the moment of a look' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l stats -d 'The ingestor\'s stats file [default: $CORESCOPE_INGESTOR_STATS, else what is found, else /tmp/corescope-ingestor-stats.json]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l target -d 'A target of the configuration file, by its name' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l match -d 'Another name by which an ingestor may go; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l tmux -d 'Mark it up for tmux\' status line'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -f -a "print" -d 'Print what holds, each line with where it comes from'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -f -a "check" -d 'Say whether the file is right: status 2 if it is not'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and not __fish_seen_subcommand_from print check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from print" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -s n -l interval -d 'Seconds between samples, 0.1 to 60' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l limit -d 'A limit of a rule, for example write-rate=20MB; may be given several times' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l count -d 'With --json: end after this many lines' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l wait -d 'With --json or record: wait so many seconds for an ingestor to appear [default: don\'t wait]' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l record -d 'Record beside the screen or --json; compressed where the name ends in .zst' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l record-max -d 'The most that a recording\'s files may take together, for example 200MB: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l record-keep -d 'How long a recording\'s files are kept, for example 24h: the oldest go' -r
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'When to use colours: auto obeys NO_COLOR' -r -f -a "auto\t'Unless NO_COLOR is set'
always\t'Always'
never\t'Never'"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l theme -d 'Colours: default, high-contrast, light or mono' -r -f -a "default\t''
high-contrast\t''
light\t''
mono\t''"
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]' -r -F
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l json -d 'Print one JSON object per sample, from the second sample on, instead of drawing a screen'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l no-state -d 'Neither use nor keep what was learned about the database'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l force -d 'Overwrite a file of one\'s own that is there; never a link'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l bell -d 'Ring the terminal\'s bell when something begins to be wrong'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -l ascii -d 'Draw with ASCII characters only [default: where the locale is not UTF-8]'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "print" -d 'Print what holds, each line with where it comes from'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "check" -d 'Say whether the file is right: status 2 if it is not'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand config; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo record replay doctor metrics check status config help" -f -a "demo" -d 'Watch a small ingestor that is started for the purpose: needs nothing, leaves nothing behind'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo record replay doctor metrics check status config help" -f -a "record" -d 'Record to a file without a screen, and say in one line at the end what was recorded'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo record replay doctor metrics check status config help" -f -a "replay" -d 'Play a recording: on the screen, or with --json as the lines that were printed live'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo record replay doctor metrics check status config help" -f -a "doctor" -d 'Say line by line what is found, what each source says right now, and what the rest needs: status 0 if all is well, 1 if something is missing'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo record replay doctor metrics check status config help" -f -a "metrics" -d 'Print the target\'s figures for Prometheus in the OpenMetrics text format, serve them, or leave them where node_exporter finds them'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo record replay doctor metrics check status config help" -f -a "check" -d 'Print one line and end as a monitoring plugin does: 0 ok, 1 warning, 2 critical, 3 unknown'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo record replay doctor metrics check status config help" -f -a "status" -d 'Print one short line for a status bar'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo record replay doctor metrics check status config help" -f -a "config" -d 'Say what is configured and where it comes from, or check the configuration file'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and not __fish_seen_subcommand_from demo record replay doctor metrics check status config help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "print" -d 'Print what holds, each line with where it comes from'
complete -c corescope-top -n "__fish_corescope_top_using_subcommand help; and __fish_seen_subcommand_from config" -f -a "check" -d 'Say whether the file is right: status 2 if it is not'
