#!/bin/bash
# What tunnel-bench.sh has measured, for people and programs: lines of test, engine, metric and value, with tabs.
#
#   tunnel-report.sh table|svg FILE
#   tunnel-report.sh json FILE ROUNDS SECONDS ENGINE...
set -euo pipefail
what="${1:?}" file="${2:?}"
shift 2

# Medians, in the order of their first appearance: test, metric, engine, median.
medians() {
    awk -F '\t' -v OFS='\t' '
        function median(text, values, count, i, j, value) {
            count = split(text, values, " ")
            for (i = 2; i <= count; i++) {
                value = values[i] + 0
                for (j = i - 1; j > 0 && values[j] + 0 > value; j--) values[j + 1] = values[j]
                values[j + 1] = value
            }
            return count % 2 ? values[(count + 1) / 2] : (values[count / 2] + values[count / 2 + 1]) / 2
        }
        { row = $1 OFS $3 }
        !(row in seen) { seen[row] = 1; rows[++rowCount] = row }
        !($2 in known) { known[$2] = 1; engines[++engineCount] = $2 }
        { all[row, $2] = all[row, $2] " " $4 }
        END {
            for (r = 1; r <= rowCount; r++)
                for (e = 1; e <= engineCount; e++)
                    if ((rows[r], engines[e]) in all)
                        print rows[r], engines[e], median(all[rows[r], engines[e]])
        }' "$file"
}

# A row for each test and metric: the engines, and how many times as much the first one has as each other.
table() {
    medians | awk -F '\t' '
        { row = $1 "\t" $2 }
        !(row in seen) { seen[row] = 1; rows[++rowCount] = row }
        !($3 in known) { known[$3] = 1; engines[++engineCount] = $3 }
        { value[row, $3] = $4 }
        function number(v) { return v == "" ? "-" : v >= 100 ? sprintf("%.0f", v) : sprintf("%.4g", v) }
        END {
            line = sprintf("%-14s %-14s", "", "")
            for (e = 1; e <= engineCount; e++) {
                line = line sprintf(" %18s", engines[e])
                if (e > 1) line = line sprintf(" %8s", "ratio")
            }
            print line
            for (r = 1; r <= rowCount; r++) {
                split(rows[r], part, "\t")
                line = sprintf("%-14s %-14s", part[1], part[2])
                for (e = 1; e <= engineCount; e++) {
                    mine = value[rows[r], engines[1]]
                    other = value[rows[r], engines[e]]
                    line = line sprintf(" %18s", number(other))
                    if (e > 1) line = line sprintf(" %8s", other > 0 ? sprintf("%.2fx", mine / other) : "-")
                }
                print line
            }
        }'
}

# One group of bars for each test, by its first metric; the longest bar of a group is its greatest value.
svg() {
    medians | awk -F '\t' '
        !($1 in metric) { metric[$1] = $2; tests[++testCount] = $1 }
        metric[$1] != $2 && !($2 == "CPU s/GB" && $1 == "tcp-1") { next }
        metric[$1] != $2 { $1 = $1 " CPU"; if (!($1 in metric)) { metric[$1] = $2; tests[++testCount] = $1 } }
        !($3 in known) { known[$3] = 1; engines[++engineCount] = $3 }
        { value[$1, $3] = $4; if ($4 > greatest[$1]) greatest[$1] = $4 }
        function bar(x, y, w, h, color) {
            printf "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>\n", x, y, w, h, color
        }
        function text(x, y, words) { printf "<text x=\"%d\" y=\"%d\">%s</text>\n", x, y, words }
        END {
            split("#f05138 #5b8bb0 #8a8a8a #74a36b #b08b5b #7b68a6", colors, " ")
            group = 14 * engineCount + 12
            printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"720\" height=\"%d\" ", 40 + group * testCount
            print "font-family=\"sans-serif\" font-size=\"12\" fill=\"#222\">"
            print "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
            for (e = 1; e <= engineCount; e++) {
                bar(150 + 150 * (e - 1), 10, 10, 10, colors[(e - 1) % 6 + 1])
                text(165 + 150 * (e - 1), 19, engines[e])
            }
            for (t = 1; t <= testCount; t++) {
                y = 34 + group * (t - 1)
                text(10, y + 7 * engineCount + 4, tests[t] ", " metric[tests[t]])
                for (e = 1; e <= engineCount; e++) {
                    v = value[tests[t], engines[e]]
                    w = greatest[tests[t]] > 0 ? 420 * v / greatest[tests[t]] : 0
                    bar(200, y + 14 * (e - 1), w, 12, colors[(e - 1) % 6 + 1])
                    text(206 + w, y + 14 * (e - 1) + 10, sprintf(v >= 100 ? "%.0f" : "%.4g", v))
                }
            }
            print "</svg>"
        }'
}

version() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || echo unknown; }

json() {
    local rounds="$1" seconds="$2"
    shift 2
    printf '%s\n' "$@" | jq -R 'split("=") | {name: .[0], command: (.[1:] | join("="))}' | jq -s \
        --rawfile lines "$file" --argjson rounds "$rounds" --argjson seconds "$seconds" \
        --arg processor "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" --arg kernel "$(uname -r)" \
        --argjson processors "$(nproc)" --arg load "$(cut -d ' ' -f 1-3 /proc/loadavg)" \
        --arg go "$(version wireguard-go)" --arg iperf "$(version iperf3)" --arg date "$(date -u +%Y-%m-%dT%H:%MZ)" '
        def median: sort | if length % 2 == 1 then .[length / 2 | floor] else (.[length / 2 - 1] + .[length / 2]) / 2 end;
        {date: $date, machine: {processor: $processor, processors: $processors, kernel: $kernel, load_at_end: $load},
         versions: {"wireguard-go (Debian)": $go, iperf3: $iperf}, rounds: $rounds, seconds: $seconds, engines: .,
         results: [$lines | split("\n")[] | select(. != "") | split("\t")
                | {test: .[0], engine: .[1], metric: .[2], value: (.[3] | tonumber? // null)}]
            | group_by([.test, .metric, .engine])
            | map({test: .[0].test, metric: .[0].metric, engine: .[0].engine, median: (map(.value) | median), values: map(.value)})}'
}

case "$what" in
    table | svg | json) "$what" "$@" ;;
    *) exit 2 ;;
esac
