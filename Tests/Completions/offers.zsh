# offers.zsh LINE: what zsh offers after a command line: a shell on a terminal of its own gets the line and a tab.
# The variable ZCOMPDUMP names the file where zsh keeps what it found in its function directories.
zmodload zsh/zpty || exit 1
setup=$(mktemp)
found=$(mktemp)
cat >$setup <<END
source ${0:h}/devices.sh
fpath=($COMPLETIONS/zsh \$fpath)
autoload -Uz compinit
compinit -u -d $ZCOMPDUMP
compadd() {
    local -a hits
    builtin compadd -A hits "\$@"
    print -l -- \$hits >>$found
    builtin compadd "\$@"
}
finish() { print done >>$found; exit }
comppostfuncs=(finish)
zstyle ':completion:*' menu no
bindkey '^I' complete-word
unsetopt beep
PS1=ready
END
export PEER_1 PEER_2
zpty shell zsh -f -i
zpty -w shell "source $setup"
zpty -r shell seen '*ready'
zpty -w -n shell "$1"$'\t'
zpty -r shell seen '*never' 2>/dev/null
zpty -d shell
offered=("${(@f)$(<$found)}")
rm -f $setup $found
[[ $offered[-1] == done ]] || exit 1
print -l -- $offered[1,-2]
