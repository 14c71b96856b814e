# shellcheck shell=bash
# offers.bash LINE: what bash offers after a command line; the last word is the one that is being typed.
# shellcheck source=/dev/null
source "$(dirname "${BASH_SOURCE[0]}")/devices.sh"
source "$COMPLETIONS/bash/${1%% *}"

# Bash parts words at these characters, too.
line=$1
split=()
read -ra words <<<"$line"
[[ $line == *" " ]] && words+=("")
for word in "${words[@]}"; do
    [[ -n $word ]] || split+=("")
    while [[ -n $word ]]; do
        part=${word%%[=:]*}
        [[ -n $part ]] || part=${word:0:1}
        split+=("$part")
        word=${word#"$part"}
    done
done
COMP_WORDS=("${split[@]}")
COMP_CWORD=$((${#split[@]} - 1))
entry=$(complete -p "${1%% *}")
[[ $entry =~ -F\ ([^ ]+) ]] || exit 1
COMPREPLY=()
"${BASH_REMATCH[1]}"
printf '%s\n' "${COMPREPLY[@]}"
