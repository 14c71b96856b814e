# shellcheck shell=bash disable=SC2034,SC2154 # the files share variables
# How a case of the differential suite is registered, run by Debian's wg-quick and by ours, and compared. To be sourced
# after Integration/lib.sh. KIND is `kernel` or `engine`.
readonly STOCK=/usr/bin/wg-quick OURS="$WG_BIN_DIR/wg-quick"
FACTS=() CONFIGS=() SETUPS=() STEPS_OF=() WITHOUTS=() DIFFERS=()
declare -A STOCK_LINE=() OURS_LINE=() REASON=() MET=()

# difference NAME REASON STOCK OURS: a known difference in the lines of what both show. A line that only Debian's has may
# match the extended regular expression STOCK, one that only ours has OURS; where there is such an expression, some line
# has to, unless it begins with `?`. Each line begins with the step and the part that it is of: `up wg0 | trace | [#] ip link ...`.
difference() {
    REASON[$1]="$2"
    STOCK_LINE[$1]="$3"
    OURS_LINE[$1]="$4"
}

# quick FACT [WORD=VALUE...]: a case; its configuration is standard input. Words: `setup` and `steps` (`up; down` unless told),
# lines of bash for side.sh; `without`, tools that are not to be found; `differs`, names of known differences; `only`, the
# kind of device; `begins`, what the configuration begins with instead of an interface with a key and a port.
# In the configuration `@peer N ALLOWED-IPS` begins a peer.
quick() {
    local fact="$1" word setup="" steps="up; down" without="" differs="" only="$KIND" text line
    local begins="[Interface]"$'\n'"PrivateKey = $PRIVATE"$'\n'"ListenPort = 51820"$'\n'
    shift
    for word; do printf -v "${word%%=*}" '%s' "${word#*=}"; done
    text="$begins"
    while IFS= read -r line; do
        if [[ $line =~ ^@peer\ ([1-3])(\ (.*))?$ ]]; then
            text+="[Peer]"$'\n'"PublicKey = ${PUBLIC[BASH_REMATCH[1]]}"$'\n'
            [[ -z ${BASH_REMATCH[3]} ]] || text+="AllowedIPs = ${BASH_REMATCH[3]}"$'\n'
        else
            text+="$line"$'\n'
        fi
    done
    [[ $only == "$KIND" ]] || return 0
    FACTS+=("$fact")
    CONFIGS+=("$text")
    SETUPS+=("$setup")
    STEPS_OF+=("$steps")
    WITHOUTS+=("$without")
    DIFFERS+=("$differs")
}

# mine NUMBER: of this run's part of the cases.
mine() { (($1 % PARTS >= FIRST && $1 % PARTS <= LAST)) && [[ ${FACTS[$1]} =~ ${ONLY:-} ]]; }

# run_side NAME PROGRAM: all cases, one after the other.
run_side() {
    local next=0
    echo 0 >"$WORK/$1.next"
    while ((next < ${#FACTS[@]})); do
        unshare --net --mount --propagation private --pid --fork --kill-child --mount-proc -- \
            bash "$here/side.sh" "$@" >"$WORK/$1.err" 2>&1 </dev/null || return 1
        read -r next <"$WORK/$1.next"
    done
}

# contents FILE VARIABLE: all of it, without a process.
contents() { IFS= read -r -d '' "$2" <"$1" || true; }

# lines: each line with its step and part before it.
lines() {
    local line step="" part=""
    while IFS= read -r line; do
        case $line in
        "@ "*) step="${line#@ }" ;;
        "== "*) part="${line#== }" ;;
        *) echo "$step | $part | $line" ;;
        esac
    done
}

# explained NUMBER: every line in $WORK/diff is of a known difference of the case, and each of these is met. Says otherwise
# what is wrong.
explained() {
    local names line side text name known pattern wrong=0
    local -A met=()
    read -r -a names <<<"${DIFFERS[$1]}"
    while IFS= read -r line; do
        side="${line:0:1}"
        text="${line:1}"
        known=""
        for name in "${names[@]}"; do
            [[ $side == - ]] && pattern="${STOCK_LINE[$name]:-}" || pattern="${OURS_LINE[$name]:-}"
            if [[ -n $pattern && $text =~ ${pattern#"?"} ]]; then
                known=1
                met[$name$side]=1
            fi
        done
        [[ -n $known ]] || { echo "$line"; wrong=1; }
    done <"$WORK/diff"
    for name in "${names[@]}"; do
        [[ -n ${REASON[$name]:-} ]] || { echo "no such known difference: $name"; wrong=1; continue; }
        [[ -z ${STOCK_LINE[$name]%%"?"*} || -n ${met[$name-]:-} ]] || { echo "no difference any more: $name (stock's side)"; wrong=1; }
        [[ -z ${OURS_LINE[$name]%%"?"*} || -n ${met[$name+]:-} ]] || { echo "no difference any more: $name (our side)"; wrong=1; }
        MET[$name]=$((${MET[$name]:-0} + 1))
    done
    return "$wrong"
}

# in_new_words: Debian's trace in the words that stock's newer versions have for the same.
in_new_words() {
    local new
    new="${stock//"[#] ip link add wg"/"[#] ip link add dev wg"}"
    [[ $new == "$stock" ]] || WORDS_OF_LINK=1
    stock="${new//"[#] wg setconf wg"/"[#] wg addconf wg"}"
    [[ $new == "$stock" ]] || WORDS_OF_CONFIG=1
}

compare_case() {
    local fact="${FACTS[$1]}" stock="" ours=""
    [[ ! -e $WORK/stock.$1 ]] || contents "$WORK/stock.$1" stock
    [[ ! -e $WORK/ours.$1 ]] || contents "$WORK/ours.$1" ours
    if [[ $stock != *$'\n@ end\n'* || $ours != *$'\n@ end\n'* ]]; then
        tail -n 5 "$WORK"/{stock,ours}{,".$1"}.err >"$WORK/report" 2>&1
        not_ok "$fact: both sides end" "$WORK/report"
        return
    fi
    in_new_words
    if [[ $stock == "$ours" && -z ${DIFFERS[$1]} ]]; then
        ok "$fact"
        return
    fi
    lines <<<"$stock" >"$WORK/stock.lines"
    lines <<<"$ours" >"$WORK/ours.lines"
    diff -U 0 "$WORK/stock.lines" "$WORK/ours.lines" | sed -n '3,$ { /^@@/d; p }' >"$WORK/diff"
    if explained "$1" >"$WORK/report"; then
        ok "$fact${DIFFERS[$1]:+ (known differences: ${DIFFERS[$1]})}"
    else
        not_ok "$fact"
        sed 's/^/# says: /' "$WORK/ours.$1.says"
        head -n 100 "$WORK/report" | sed 's/^/# /'
    fi
}

compare() {
    local i
    for ((i = 0; i < ${#FACTS[@]}; i++)); do
        if mine "$i"; then compare_case "$i"; fi
    done
}
