# shellcheck shell=bash disable=SC2154
# Commands of the user's own.
log=">>/run/case/hooks"
quick "hooks of each stage" differs="preup-after-link" <<END
Address = 10.77.0.1/24
PreUp = echo preup %i $log; ip -br link show dev wg0 $log 2>&1 || true
PostUp = echo postup %i $log; ip -br address show dev wg0 $log
PreDown = echo predown %i $log; ip -br address show dev wg0 $log
PostDown = echo postdown %i $log; ip -br link show dev wg0 $log 2>&1 || true
END
quick "several hooks of each stage, in order" differs="preup-after-link" <<END
PostUp = echo 3 $log
PreUp = echo preup 1 $log
PreUp = echo preup 2 $log
PostUp = echo 4 $log
PostDown = echo 7 $log
PreDown = echo 5 $log
PreDown = echo 6 $log
PostDown = echo 8 $log
END
quick "%i in many places" only=engine <<END
PostUp = echo %i%i "%i" '%i' %%i % i %I $log
END
quick "an empty hook" only=engine differs="empty-hook" <<END
PostUp =
PreDown = 
PostDown = echo after $log
END
quick "a hook with quotes, semicolons, pipes and redirections" only=engine <<END
PostUp = for a in 'b  c' "d e"; do printf '<%s>' "\$a"; done | tr a-z A-Z $log; [[ x == x ]] && echo yes $log
END
quick "a hook with equals signs" only=engine <<END
PostUp = A=1 B==2; echo "\$A \$B" $log
END
quick "a hook's environment" only=engine <<END
PostUp = echo "\$LC_ALL \$PWD \$UID" $log; umask $log; command -v wg ip >/dev/null && echo found $log
END
quick "a hook's exported environment" only=engine setup="export MINE=yes" <<END
PostUp = env | grep -E '^(MINE|LC_ALL)=' | sort $log
END
quick "hooks know extended patterns" only=engine <<END
PostUp = x=aab; echo "\${x%%+(b)}" $log
END
quick "a hook's output and standard input" only=engine <<END
PostUp = cat; echo out; echo err >&2; cat $log
END
quick "hooks do not share variables" only=engine <<END
PostUp = MINE=1; cd /etc
PostUp = echo "\$MINE \$PWD" $log
END
quick "a hook with a number sign" differs="number-sign" <<END
PostUp = echo before # after $log
PostUp = echo 'a#b' $log
END
quick "a long hook" only=engine <<END
PostUp = echo $(printf 'word%d ' {1..600})$log
END
quick "a PreUp hook that sets the key" begins="[Interface]"$'\n' differs="preup-key" \
    setup="echo $PRIVATE >/run/case/key" <<END
PreUp = wg set %i private-key /run/case/key
END
quick "a PostUp hook that sets the key" begins="[Interface]"$'\n' setup="echo $PRIVATE >/run/case/key" <<END
PostUp = wg set %i private-key /run/case/key
END
quick "a PostUp hook that adds an address, a route and a peer" <<END
PostUp = ip address add 10.9.0.1/24 dev %i; ip route add 10.10.0.0/16 dev %i
PostUp = wg set %i peer $K1 allowed-ips 10.11.0.0/16
END
quick "a hook that takes the link away" steps="up; down" differs="link-gone" <<END
PreDown = ip link delete dev %i
PostDown = echo postdown $log
END
quick "PreUp fails" differs="preup-fails" <<END
PreUp = echo preup $log; exit 3
PostUp = echo postup $log
PreDown = echo predown $log
PostDown = echo postdown $log
END
quick "the second PreUp fails" differs="preup-fails" <<END
PreUp = echo preup $log
PreUp = false
PostDown = echo postdown $log
END
quick "PostUp fails" differs="rollback-hooks preup-after-link" steps="up" <<END
Address = 10.77.0.1/24
PreUp = echo preup $log
PostUp = echo postup $log; exit 7
PreDown = echo predown $log
PostDown = echo postdown $log
@peer 1 10.88.0.0/16
END
quick "PostUp fails, and no other hook" steps="up" <<END
Address = 10.77.0.1/24
PostUp = exit 7
@peer 1 10.88.0.0/16
END
quick "a command in the middle of a hook fails" only=engine steps="up" <<END
PostUp = false; echo on $log
END
quick "a command in a hook's pipe fails" only=engine steps="up" <<END
PostUp = false | echo on $log
END
quick "a command that is not there" only=engine steps="up" <<END
PostUp = no-such-command
END
quick "a hook that no shell takes" only=engine steps="up" <<END
PostUp = if true
END
quick "PreDown fails: the tunnel stays" differs="record" <<END
Address = 10.77.0.1/24
PreDown = echo predown $log; exit 5
PostDown = echo postdown $log
@peer 1 10.88.0.0/16
END
quick "PostDown fails: the tunnel is gone" <<END
Address = 10.77.0.1/24
PostDown = echo postdown $log; exit 6
PostDown = echo second $log
END
