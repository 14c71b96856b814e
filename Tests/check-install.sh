#!/bin/bash
# make install into an empty directory, and make uninstall out of it. Usage: check-install.sh MAKE
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
make="${1:-make}"
root="$(mktemp -d)"
trap 'rm -rf "$root"' EXIT
failures=0

# check FACT COMMAND...
check() {
    local fact="$1"
    shift
    if "$@" >"$root/details" 2>&1; then
        echo "ok - $fact"
    else
        echo "not ok - $fact"
        tail -n 20 "$root/details" | sed 's/^/# /'
        failures=$((failures + 1))
    fi
}
installed() { (cd "$root/to" 2>/dev/null && find . ! -type d | sort); }

check "make install succeeds" "$make" --no-print-directory install DESTDIR="$root/to" PREFIX=/opt/wg
for program in wg wg-quick wireguard-swift; do
    check "$program is installed and starts" "$root/to/opt/wg/bin/$program" --help
    check "$program's manual page is installed" test -s "$root/to/opt/wg/share/man/man8/$program.8"
    check "$program's completions are installed" test -s "$root/to/opt/wg/share/bash-completion/completions/$program"
done
units="$root/to/opt/wg/lib/systemd/system"
check "the units call the installed program" grep -qx 'ExecStart=/opt/wg/bin/wg-quick up %i' "$units/wg-quick@.service"
check "no unit calls another" bash -c '! grep -r "/usr/local" "$0"' "$units"
mkdir "$root/units"
for unit in "$units"/*; do
    # The manual pages and the program have to be where the unit says, which only an installed system has.
    sed "s|/opt/wg/bin/|$root/to&|; /^Documentation=/d" "$unit" >"$root/units/${unit##*/}"
done
for unit in "$root/units"/*; do
    check "systemd takes ${unit##*/} as it is" \
        bash -c '[[ -z $(systemd-analyze verify "$0" 2>&1 | tee /dev/stderr) ]]' "$unit"
done
check "make uninstall succeeds" "$make" --no-print-directory uninstall DESTDIR="$root/to" PREFIX=/opt/wg
check "no file is left" test -z "$(installed)"
exit $((failures > 0))
