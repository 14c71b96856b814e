#!/bin/bash
# Checks on the built programs: what they link, and that nothing in them changes time. Usage: check-programs.sh DIR
set -uo pipefail
programs="${1:?usage: check-programs.sh DIRECTORY}"
failures=0

ok() { echo "ok - $1"; }
not_ok() {
    echo "not ok - $1"
    failures=$((failures + 1))
}
# absent FACT PATTERN: the fact holds when nothing on standard input has the pattern.
absent() {
    local found
    found="$(grep -E "$2" | sed -n 1,5p)"
    if [[ -n $found ]]; then
        not_ok "$1"
        printf '%s\n' "$found" | sed 's/^/# /'
    else
        ok "$1"
    fi
}

for program in wg wg-quick wireguard-swift; do
    file="$programs/$program"
    if [[ ! -x $file ]]; then
        not_ok "$program is built"
        continue
    fi
    ldd "$file" | absent "$program links no Swift run-time library" 'libswift|libFoundation|libdispatch|not found'
    readelf -d "$file" | absent "$program takes libraries from the system's places alone" 'RPATH|RUNPATH'
    { nm -D "$file"; nm "$file" 2>/dev/null; } |
        absent "$program holds no Foundation, Dispatch or ArgumentParser" \
            'Foundation|ArgumentParser|[$]s8Dispatch|dispatch_async'
    nm "$file" | absent "$program holds no regular expressions" '17_StringProcessing|12_RegexParser'
done

# `wg` starts fast because it holds neither the routing library nor the engine nor the planner.
ldd "$programs/wg" | absent "wg does not link libnl" 'libnl'
nm "$programs/wg" | absent "wg holds neither planner, executor nor engine" '[$]s(6WGPlan|7WGQuick|8WGEngine|7WGRoute)'
ldd "$programs/wg" | absent "wg does not link libstdc++" 'libstdc'
ldd "$programs/wireguard-swift" | absent "wireguard-swift does not link libnl" 'libnl'
nm "$programs/wireguard-swift" | absent "wireguard-swift holds no config parser" '[$]s8WGConfig'
nm "$programs/wg-quick" | absent "wg-quick starts the engine as a process and does not hold it" '[$]s8WGEngine'

# The words that select a clock stand only in the test executable.
strings -a "$programs/wireguard-swift" |
    absent "wireguard-swift has no option or variable that changes time" \
        '(WG|WIREGUARD)_[A-Z_]*(CLOCK|TIME|SPEED|FACTOR|FAST)|^--?[a-z-]*(clock|time|speed|factor)$|FAKETIME'
nm "$programs/wireguard-swift" |
    absent "wireguard-swift holds no test clock" '[Tt]estClock|[Ff]astClock|[Ss]caledClock'
# Of a short name the code may have eight characters and the rest elsewhere; a byte of the next instruction follows.
if strings -a "$programs/wireguard-swift" | grep -oE '\b(WG|WIREGUARD)_[A-Z_]+' | sort -u |
    grep -vxE 'WG_PROCESS_FOREGROUND|WG_TUN_(FD|F.?)|WG_UAPI_(FD|.?)' | sed 's/^/# unknown: /' | grep .; then
    not_ok "wireguard-swift reads no environment variable but the known ones"
else
    ok "wireguard-swift reads no environment variable but the known ones"
fi

# cost COMMAND...: of 201 runs, the median of the time in microseconds, then the processor's time of one in microseconds.
cost() {
    local i start TIMEFORMAT='%U %S'
    {
        time for ((i = 0; i < 201; i++)); do
            start=${EPOCHREALTIME/./}
            "$@" >/dev/null 2>&1
            echo $((${EPOCHREALTIME/./} - start))
        done | sort -n | sed -n 101p
    } 2>&1 | awk 'NR == 1 { median = $1 } NR == 2 { print median, int(($1 + $2) * 1000000 / 201) }'
}
# What a process costs by itself is the machine's. Time is told and not judged, as other load stretches it; what makes
# a start slow is the dynamic linker's work, and that can be counted.
read -r median_bare processor_bare < <(cost /bin/true)
read -r median processor < <(cost "$programs/wg" genkey)
echo "# wg genkey: median $median us, processor $processor us; /bin/true: $median_bare us, $processor_bare us"
lookups="$(LD_DEBUG=statistics "$programs/wg" genkey 2>&1 >/dev/null | sed -n 's/.*number of relocations: *//p' | head -n 1)"
echo "# wg genkey: $lookups symbols looked up at start"
fact="wg genkey has the dynamic linker look up fewer than 600 symbols"
if [[ ${lookups:-9999} -lt 600 ]]; then ok "$fact"; else not_ok "$fact"; fi

exit $((failures > 0))
