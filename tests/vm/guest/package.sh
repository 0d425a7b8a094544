# shellcheck shell=bash
# The Debian package's own story: installed, upgraded, removed. Sourced by start.

comment() {
        printf '#    %s\n' "${1//$'\n'/$'\n#    '}"
}

# What apt says is shown if it fails.
package_apt() {
        local output
        output=$(DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
                apt-get --quiet=2 --option=Dpkg::Use-Pty=0 --yes "$@" 2>&1) && return
        printf '#  apt-get %s failed:\n' "$*"
        comment "$output"
        return 1
}

# expect WHAT COMMAND...: complains if COMMAND fails.
expect() {
        local what=$1 output
        shift
        output=$("$@" 2>&1) && return
        printf '#  package: it is not so that %s: %s\n' "$what" "$*"
        [[ -z $output ]] || comment "$output"
        return 1
}

refuse() {
        ! "$@"
}

status_says() {
        sporectl status | tee /dev/stderr | grep --quiet "$1"
}

# Stopped alone, spored is started by the next who connects, at the same socket file.
starts_when_asked() {
        local inode
        inode=$(stat --format=%i /run/spored/spored.sock) &&
                systemctl stop spored.service &&
                refuse systemctl is-active spored.service &&
                status_says "nothing is declared to serve" &&
                systemctl is-active spored.service &&
                [[ $inode == "$(stat --format=%i /run/spored/spored.sock)" ]]
}

# spored is there for the next boot and now, and says what it waits for; sporesense is not. spored is
# stopped, since the stories configure it first.
package_install() {
        local owner
        package_apt install ./spored_*.deb ./python3-spored_*.deb || return
        owner=$(stat --format='%U %G %a' /run/spored/spored.sock)
        expect "spored is enabled" systemctl is-enabled spored.service &&
                expect "its socket is enabled" systemctl is-enabled spored.socket &&
                expect "its socket listens" systemctl is-active spored.socket &&
                expect "its socket is the group's" test "$owner" = 'spored spored 660' &&
                expect "spored runs" systemctl is-active spored.service &&
                expect "spored waits for a profile" status_says "nothing is declared to serve" &&
                expect "sporesense does not run" refuse systemctl is-active sporesense.service &&
                expect "nothing is configured" refuse test -e /etc/spored/spored.conf &&
                expect "the sample is there" test -f /usr/share/doc/spored/spored.conf &&
                expect "who connects starts spored" starts_when_asked &&
                expect "the modules are there for Python" \
                        python3 -c 'import spored, mushpi_backend' &&
                systemctl stop spored.socket spored.service &&
                expect "the socket is gone while nobody listens" \
                        refuse test -e /run/spored/spored.sock &&
                expect "nothing runs behind a stopped socket" \
                        refuse systemctl is-active spored.service
}

main_pid() {
        systemctl show --value --property=MainPID "$1"
}

# The same version once more does to services and files what a newer one does: what the user has
# configured is kept, and what ran runs again.
package_upgrade() {
        local spored sense inode
        sporesense --discover=all >/etc/spored/spored.conf 2>/dev/null || return
        cp /etc/spored/spored.conf configured
        systemctl restart spored.service sporesense.service || return
        spored=$(main_pid spored.service) sense=$(main_pid sporesense.service)
        inode=$(stat --format=%i /run/spored/spored.sock)
        package_apt install --reinstall ./spored_*.deb || return
        expect "spored runs" systemctl is-active spored.service &&
                expect "sporesense runs" systemctl is-active sporesense.service &&
                expect "spored was started anew" \
                        refuse test "$spored" = "$(main_pid spored.service)" &&
                expect "sporesense was started anew" \
                        refuse test "$sense" = "$(main_pid sporesense.service)" &&
                expect "the socket has stayed" \
                        test "$inode" = "$(stat --format=%i /run/spored/spored.sock)" &&
                expect "the configuration was kept" cmp configured /etc/spored/spored.conf
}

# The user's files stay; everything else goes, but the user spored, as Debian keeps such users.
package_purge() {
        expect "spored has a place for values" test -d /var/lib/spored || return
        package_apt purge spored python3-spored || return
        expect "the services are gone" refuse compgen -G '/usr/lib/systemd/system/spore*' &&
                expect "nothing runs" refuse pgrep -x 'spored|sporesense' &&
                expect "the socket is gone" refuse test -e /run/spored &&
                expect "the kept values are gone" refuse test -e /var/lib/spored &&
                expect "the user's file is kept" cmp configured /etc/spored/spored.conf &&
                expect "no program is left" refuse compgen -G '/usr/bin/spore*'
}
