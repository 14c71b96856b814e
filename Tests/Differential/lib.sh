# shellcheck shell=bash disable=SC2154
# How a case of the differential suite is run: by Debian's wg and by ours, each on a device of its own that is like the
# other's. Standard output and exit status have to be equal, and, where a case changes the device, the two devices after it
# by Debian's own dump. In the words of a case DEV stands for the device.
#
# To be sourced after Integration/lib.sh, in a host where the two devices can be made. KIND is `kernel` or `engine`.
readonly STOCK=/usr/bin/wg OURS="$WG_BIN_DIR/wg"
# A name that can't be resolved is not asked for again.
export WG_ENDPOINT_RESOLUTION_RETRIES=0
unset WG_COLOR_MODE WG_HIDE_KEYS NO_COLOR
# Standard input of both.
INPUT=/dev/null
# wireguard-go lists several peers in no order: where this is set, lines are compared without theirs.
UNORDERED=
# The status that both have to end with, where it is known.
WANTED=
# What Debian's dump says of either device at the start of a case.
BASE=""
DIFFERENCES=0

# run WHO PROGRAM DEVICE WORDS...: or `script TEXT` for words: a line of bash, with the program and the device in $WG and $DEV.
run() {
    local who="$1" program="$2" device="$3"
    shift 3
    exec >"$WORK/$who.out" 2>"$WORK/$who.err" <"$INPUT"
    if [[ $1 == script ]]; then
        export WG="$program" DEV="$device"
        exec bash -c "$2"
    fi
    exec -a wg "$program" "${@//DEV/$device}"
}

# both WORDS...: leaves what both said and their statuses in $stock_out, $ours_out, $ours_err, $stock_status, $ours_status.
both() {
    local first
    run stock "$STOCK" wgs "$@" &
    first=$!
    run ours "$OURS" wgo "$@" &
    wait $!
    ours_status=$?
    wait "$first"
    stock_status=$?
    contents stock.out stock_out
    contents ours.out ours_out
    contents stock.err stock_err
    contents ours.err ours_err
}

# contents FILE VARIABLE: all of it, line ends included.
contents() { IFS= read -r -d '' "$2" <"$WORK/$1" || true; }

# like A B: the texts are equal, byte for byte; where peers come in no order, line for line.
like() { [[ $1 == "$2" ]] || [[ -n $UNORDERED && $(sort <<<"$1") == "$(sort <<<"$2")" ]]; }
# same_devices: the two devices are equal, in the kernel in the same order too.
same_devices() {
    local UNORDERED="$UNORDERED"
    [[ $KIND == kernel ]] || UNORDERED=1
    like "$stock_device" "$ours_device"
}

# dumps: what Debian's wg says of both devices, in $stock_device and $ours_device. A port that the system chose is no
# number; wireguard-go is up and has one where the kernel's device has 0.
dumps() {
    local line
    stock_device=""
    ours_device=""
    while IFS= read -r line; do
        [[ $KIND == kernel ]] || [[ ! $line =~ ^([^$'\t']+$'\t'[^$'\t']+$'\t'[^$'\t']+$'\t')(3[2-9]|[45].|60)...($'\t'[^$'\t']+)$ ]] ||
            line="${BASH_REMATCH[1]}chosen${BASH_REMATCH[3]}"
        case $line in
        wgs$'\t'*) stock_device+="${line#*$'\t'}"$'\n' ;;
        wgo$'\t'*) ours_device+="${line#*$'\t'}"$'\n' ;;
        esac
    done < <("$STOCK" show all dump)
}

# reset: both devices as base.conf has them.
reset() {
    local first WG_ENDPOINT_RESOLUTION_RETRIES=0
    "$STOCK" setconf wgs "$WORK/base.conf" &
    first=$!
    "$STOCK" setconf wgo "$WORK/base.conf" && wait "$first"
}
reset_if_changed() {
    [[ $stock_device == "$BASE" && $ours_device == "$BASE" ]] || reset || not_ok "the devices can be brought back to the same state"
}

# said: what both said, as the details of a fact that doesn't hold.
said() {
    printf 'stock: status %s\n%s%s\nours: status %s\n%s%s\n' "$stock_status" "$stock_out" "$stock_err" "$ours_status" \
        "$ours_out" "$ours_err" >"$WORK/said"
}

same_outcome() { [[ $stock_status -eq $ours_status ]] && like "$stock_out" "$ours_out"; }

# same FACT WORDS...: both say the same on standard output, and end with the same status.
same() {
    local fact="$1"
    shift
    both "$@"
    if same_outcome; then
        ok "$fact"
    else
        said
        not_ok "$fact" "$WORK/said"
    fi
}

# same_in_time FACT WORDS...: where the time of day counts: Debian's wg runs before and after ours. If it says the same
# twice, ours in between has to; an engine that tells the time by itself may do so across the end of a second, once.
same_in_time() {
    local fact="$1" before tries
    shift
    for ((tries = 0; tries < 10; tries++)); do
        both "$@"
        before="$stock_out"
        both "$@"
        [[ $stock_out != "$before" || $ours_out != "$stock_out" ]] || break
    done
    said
    if same_outcome; then ok "$fact"; else not_ok "$fact" "$WORK/said"; fi
}

# begins_alike FACT WORDS...: both refuse, and what ours says begins with the words that Debian's begins with.
begins_alike() {
    local fact="$1"
    shift
    both "$@"
    said
    if same_outcome && [[ $stock_status -eq 1 && "${ours_err%%:*}" == "${stock_err%%:*}" ]]; then
        ok "$fact"
    else
        not_ok "$fact" "$WORK/said"
    fi
}

# same_change FACT WORDS...: from the same state both end with the same status, say the same, and leave the same device.
same_change() {
    local fact="$1"
    shift
    both "$@"
    dumps
    if same_outcome && same_devices && [[ -z $WANTED || $stock_status -eq $WANTED ]]; then
        ok "$fact"
    else
        said
        diff <(sort <<<"$stock_device") <(sort <<<"$ours_device") >>"$WORK/said"
        not_ok "$fact" "$WORK/said"
    fi
    reset_if_changed
}

# same_file FACT COMMANDS TEXT: as same_change, for each of the commands, with a file of that text, with printf's escapes.
same_file() {
    local command
    # shellcheck disable=SC2059 # the escapes are meant
    printf "$3" >"$WORK/case.conf"
    for command in $2; do same_change "$command: $1" "$command" DEV "$WORK/case.conf"; done
}

# differs FACT REASON STATUS SAYS DEVICE WORDS...: a known difference. Ours ends with a status, what it says on either
# output has a match for an extended regular expression, and its device is `unchanged` or has a match for one too. When
# Debian's wg does all the same, it is no difference any more, and the fact fails.
differs() {
    local fact="known difference: $1" reason="$2" status="$3" says="$4" device="$5" problem=""
    shift 5
    DIFFERENCES=$((DIFFERENCES + 1))
    both "$@"
    dumps
    if same_outcome && same_devices; then problem+="it is no difference any more; "; fi
    [[ $ours_status -eq $status ]] || problem+="status $ours_status; "
    [[ $ours_out$ours_err =~ $says ]] || problem+="ours doesn't say so; "
    if [[ $device == unchanged ]]; then
        [[ $ours_device == "$BASE" ]] || problem+="the device is changed; "
    else
        [[ $ours_device =~ $device ]] || problem+="the device is another; "
    fi
    if [[ -z $problem ]]; then
        ok "$fact"
        echo "#   $reason"
    else
        said
        printf '%s\n%s\n' "$problem" "$ours_device" >>"$WORK/said"
        not_ok "$fact" "$WORK/said"
    fi
    reset_if_changed
}

# differs_in_words FACT REASON STOCK OURS WORDS...: a known difference in standard error alone: what Debian's wg says there has
# a match for STOCK, and what ours says has one for OURS and none for STOCK.
differs_in_words() {
    local fact="known difference: $1" reason="$2" stock="$3" ours="$4"
    shift 4
    DIFFERENCES=$((DIFFERENCES + 1))
    both "$@"
    if same_outcome && [[ $stock_err =~ $stock && $ours_err =~ $ours && ! $ours_err =~ $stock ]]; then
        ok "$fact"
        echo "#   $reason"
    else
        said
        not_ok "$fact" "$WORK/said"
    fi
}
