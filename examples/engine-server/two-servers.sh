#!/usr/bin/env bash
# Starts PostgreSQL and NATS on free ports, and two engine-servers on both of them, until it is interrupted. With --check it
# holds the two against the checks of tests/e2e/two_servers.rs instead, and ends.
#
#   examples/engine-server/two-servers.sh [--check]
#
# It needs Debian's postgresql and nats-server, python3, openssl and cargo. What they keep goes with the script.
set -euo pipefail
cd "$(dirname "$0")/../.."

usage() {
    sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"
}

check=
case "${1-}" in
'') ;;
--check) check=yes ;;
--help | -h)
    usage
    exit
    ;;
*)
    echo "unknown argument: $1" >&2
    usage >&2
    exit 2
    ;;
esac

need() {
    local found
    # Debian keeps PostgreSQL's programs out of the path, so that several versions can be there.
    found=$(compgen -G "$2" | sort -V | tail -n 1) || found=$(command -v "$1") || true
    if [[ -z $found ]]; then
        echo "$1 is not there: install Debian's package $3" >&2
        return 1
    fi
    echo "$found"
}
initdb=$(need initdb '/usr/lib/postgresql/*/bin/initdb' postgresql)
programs=$(dirname "$initdb")
nats=$(need nats-server /usr/sbin/nats-server nats-server)

work=$(mktemp -d)
started=()
end() {
    # The servers before what they stand on.
    for ((index = ${#started[@]} - 1; index >= 0; index--)); do
        kill "${started[index]}" 2>/dev/null && wait "${started[index]}" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for() {
    local what=$1 tries
    shift
    for ((tries = 0; tries < 300; tries++)); do
        if "$@" >/dev/null 2>&1; then
            return
        fi
        sleep 0.1
    done
    echo "$what does not come up; its log:" >&2
    cat "$work/$what.log" >&2
    return 1
}

# PostgreSQL does not run as root.
as_postgres=()
if ((EUID == 0)); then
    as_postgres=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chmod 711 "$work"
    install -d -o postgres -g postgres "$work/postgres"
fi

echo "building"
cargo build --quiet -p engine-server -p guard --features guard/guardctl --bins
target=${CARGO_TARGET_DIR:-target}/debug

port=$(free_port)
"${as_postgres[@]}" "$initdb" --auth=trust --username=guard --encoding=UTF8 --locale=C -D "$work/postgres/data" >"$work/initdb.log"
"${as_postgres[@]}" "$programs/postgres" -D "$work/postgres/data" -h 127.0.0.1 -p "$port" -c unix_socket_directories= \
    >"$work/postgres.log" 2>&1 &
started+=($!)
wait_for postgres "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"
export GUARD_STORE="postgres://guard@127.0.0.1:$port/postgres"

port=$(free_port)
"$nats" -js -a 127.0.0.1 -p "$port" -sd "$work/nats" >"$work/nats.log" 2>&1 &
started+=($!)
wait_for nats bash -c "</dev/tcp/127.0.0.1/$port"
export GUARD_EVENTS="nats://127.0.0.1:$port"

AUTH_JWT_SIGNING=$(openssl rand -hex 32)
ENGINES_TICKET_SECRET=$(openssl rand -hex 32)
DEMO_LOGIN_SECRET=$(openssl rand -hex 16)
export AUTH_JWT_SIGNING ENGINES_TICKET_SECRET DEMO_LOGIN_SECRET

addresses=()
for name in one other; do
    # With saas among the modes the stores have to prove that they keep what they are given.
    "$target/engine-server" --address 127.0.0.1:0 --mode lab,saas >"$work/$name.log" 2>&1 &
    started+=($!)
    wait_for "$name" grep -q '^listening' "$work/$name.log"
    addresses+=("$(sed -n 's|^listening on http://||p' "$work/$name.log")")
done

if [[ $check ]]; then
    ENGINE_SERVERS="${addresses[0]},${addresses[1]}" GUARD_TEST_REQUIRE_SERVERS=1 \
        cargo test --quiet -p engine-server --test e2e two_servers
    exit
fi

cat <<END
http://${addresses[0]}/ and http://${addresses[1]}/ are one engine; log in as owner with
  $DEMO_LOGIN_SECRET
Set policies for both, and read their audit, in another shell:
  export GUARD_STORE=$GUARD_STORE
  $target/guardctl policy kill --action chat.stream --reason "too loud" --by u_ops
  $target/guardctl policy revive --action chat.stream --by u_ops
  $target/guardctl audit verify
Interrupt this one to end them.
END
wait -n
echo "one of them has ended by itself; their logs:" >&2
tail -n 20 "$work"/*.log >&2
exit 1
