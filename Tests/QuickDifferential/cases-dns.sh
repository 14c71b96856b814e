# shellcheck shell=bash disable=SC2154
# DNS, by a resolvconf that keeps what it is told.
quick "a DNS server" <<END
Address = 10.77.0.1/24
DNS = 10.77.0.53
END
quick "DNS servers of both families" <<END
DNS = 10.77.0.53, fd77::53
DNS = 10.77.0.54
END
quick "DNS servers and search domains" <<END
DNS = 10.77.0.53, corp.example, fd77::53 lab.example
DNS = last.example
END
quick "search domains alone" <<END
DNS = corp.example, lab.example
END
quick "DNS where resolvconf orders interfaces" steps="up; save; down" \
    setup="mkdir /etc/resolvconf; printf 'lo.inet*\n@\ntun*\neth*\n' >/etc/resolvconf/interface-order" differs="save-words" <<END
DNS = 10.77.0.53
END
quick "DNS where resolvconf's order has no plain name" \
    setup="mkdir /etc/resolvconf; printf 'lo.inet*\nlo.@(dhclient|pump)*\n' >/etc/resolvconf/interface-order" <<END
DNS = 10.77.0.53
END
quick "DNS with a full tunnel" differs="rules-first filter-first last-resort own-rules sysctl-restored" <<END
Address = 10.77.0.1/24
DNS = 10.77.0.53, corp.example
@peer 1 0.0.0.0/0
END
quick "DNS, and the next step fails" <<END
DNS = 10.77.0.53
PostUp = exit 4
END
quick "DNS without resolvconf" without="resolvconf" differs="own-dns" <<END
DNS = 10.77.0.53
END
quick "DNS is in the file only at down" steps="up; config <<<$'[Interface]\nDNS = 10.77.0.53'; down" differs="recorded-dns" <<END
Address = 10.77.0.1/24
END
quick "SaveConfig with DNS, hooks, table and MTU" steps="up; down; up; down" differs="save-words" <<END
Address = 10.77.0.1/24
DNS = 10.77.0.53
MTU = 1380
Table = off
SaveConfig = true
PostUp = echo postup >>/run/case/hooks
PreDown = echo predown >>/run/case/hooks
PostDown = echo postdown >>/run/case/hooks
@peer 1 10.88.0.0/16
END
