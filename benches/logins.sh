#!/usr/bin/env bash
# Logins per second of a release build, cold (argon2id each) and warm (remembered), beside a bare route of the same
# server in the same run. Needs wrk. Usage: benches/logins.sh [path to punchgate] [seconds a run]
set -euo pipefail

punchgate=$(realpath "${1:-target/release/punchgate}")
seconds=${2:-5}
folder=$(mktemp -d)
gateway=
trap '[ -z "$gateway" ] || kill "$gateway" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"

export PUNCHGATE_DATABASE_URL=sqlite://bench.db PUNCHGATE_LISTEN=127.0.0.1:18080
export PUNCHGATE_METRICS_LISTEN=off PUNCHGATE_LOG=warn

mapfile -t keys < <("$punchgate" license issue --account bench@example.com --kind system)
for key in "${keys[@]}"; do
    "$punchgate" license connect "$key" --website https://shop.example.com >/dev/null
done
cat >setup.toml <<END
[[shop]]
slug = "bench"
website = "https://shop.example.com"
connector = { kind = "redirect", entry_url = "https://shop.example.com/enter" }

[[system]]
shop = "bench"
slug = "bench"
license = "${keys[0]}"
hooks = ["https://srm.example.com"]

[[customer]]
shop = "bench"
number = "10001"
email = "buyer@example.com"
password = "correct horse"

[[assignment]]
system = "bench"
customer = "10001"
license = "${keys[1]}"
END
"$punchgate" apply setup.toml >/dev/null

cat >login.lua <<'END'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.body = "USERNAME=buyer%40example.com&PASSWORD=correct+horse&HOOK_URL=https%3A%2F%2Fsrm.example.com%2Fr%3Fsid%3D7"
    .. "&OCI_VERSION=4.0&http_content_charset=utf-8&%7EOkCode=ADDI&%7ETARGET=_top&%7ECALLER=CTLG"
END

serve() {
    "$punchgate" serve 2>log &
    gateway=$!
    until curl --silent --fail --output /dev/null http://127.0.0.1:18080/health/ready; do sleep 0.1; done
}
stop() { kill "$gateway"; wait "$gateway"; gateway=; }
memory() { awk '/VmRSS/ { printf "%-28s %s MB\n", what, int($2 / 1024) }' what="$1" "/proc/$gateway/status"; }
rate() { # what, connections, wrk's further arguments
    local what=$1 connections=$2
    shift 2
    for _ in 1 2 3; do
        wrk -t1 -c"$connections" -d"${seconds}s" "$@" | awk '/Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $NF }
            END { printf "%-28s %10.1f/s  refused %d\n", what, rate, bad }' what="$what"
    done
}

serve
memory 'memory, idle'
rate 'bare route' 64 http://127.0.0.1:18080/health/live
rate 'warm login' 64 -s login.lua http://127.0.0.1:18080/oci/bench
memory 'memory, after warm logins'
stop
export PUNCHGATE_RECENT_LOGINS=0s
serve
rate 'cold login' 16 -s login.lua http://127.0.0.1:18080/oci/bench
memory 'memory, after cold logins'
stop
