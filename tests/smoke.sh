#!/usr/bin/env bash
# One punchout through `punchgate demo`, as a procurement system and a browser do it: the OCI call, the shop, a product,
# the transfer, the return page, the form it posts. Needs bash and curl. Usage: tests/smoke.sh [path to punchgate]
set -euo pipefail

punchgate=${1:-target/release/punchgate}
folder=$(mktemp -d)
demo=
trap '[ -z "$demo" ] || kill -KILL "$demo" 2>/dev/null || true; rm -rf "$folder"' EXIT

fail() {
    printf 'smoke: %s\n' "$*" >&2
    sed 's/^/  demo: /' "$folder/out" "$folder/log" >&2 || true
    exit 1
}

# A browser: keeps cookies, follows redirects, prints status and final address after the page.
browse() {
    curl --silent --show-error --location --max-time 20 --cookie "$folder/cookies" --cookie-jar "$folder/cookies" \
        --output "$folder/page" --write-out '%{http_code} %{url_effective}' "$@"
}

expect() { # what was done, what `browse` printed, what it must begin with
    case $2 in
        "$3"*) printf 'smoke: %s: %s\n' "$1" "${2%%\?*}" ;;
        *) cat "$folder/page" >&2; fail "$1 ended at $2 instead of $3" ;;
    esac
}

decoded() { # the entities that the return page writes
    local text=${1//&lt;/<}
    text=${text//&gt;/>}
    text=${text//&quot;/\"}
    text=${text//&#39;/\'}
    text=${text//&#13;/$'\r'}
    printf '%s' "${text//&amp;/&}"
}

address() { awk -v who="$1" '$1 == who { sub(/\/$/, "", $2); print $2 }' "$folder/out"; }

touch "$folder/cookies" "$folder/page" "$folder/out" "$folder/log"
"$punchgate" demo --listen 127.0.0.1:0 --shop-listen 127.0.0.1:0 --buyer-listen 127.0.0.1:0 \
    >"$folder/out" 2>"$folder/log" &
demo=$!
for _ in $(seq 300); do
    [ -z "$(address Gateway)" ] || break
    kill -0 "$demo" 2>/dev/null || fail 'the demo ended before it listened'
    sleep 0.1
done
gateway=$(address Gateway) shop=$(address Shop) buyer=$(address Buyer)
[ -n "$gateway" ] && [ -n "$shop" ] && [ -n "$buyer" ] || fail 'the demo did not print its three addresses in 30 seconds'

expect 'the gateway is ready' "$(browse "$gateway/health/ready")" "200 $gateway"
expect 'the buyer shows his call' "$(browse "$buyer/")" "200 $buyer/"

entered=$(browse "$gateway/oci/demo" \
    --data-urlencode 'USERNAME=buyer@acme-customer.example' --data-urlencode 'PASSWORD=punch-out-1' \
    --data-urlencode "HOOK_URL=$buyer/return" --data-urlencode 'OCI_VERSION=4.0' --data-urlencode '~OkCode=ADDI' \
    --data-urlencode '~TARGET=_top' --data-urlencode '~CALLER=CTLG' --data-urlencode 'http_content_charset=utf-8')
expect 'the call leads into the shop' "$entered" "200 $shop/"
expect 'a product goes into the cart' \
    "$(browse "$shop/cart/add" --data 'product=AC-1001' --data 'quantity=3')" "200 $shop/cart"
expect 'the transfer leads to the return page' "$(browse "$shop/cart/transfer" --data '')" "200 $gateway/return/"

page=$(cat "$folder/page")
[[ $page =~ \<form\ method=\"post\"\ action=\"([^\"]*)\" ]] || fail 'the return page has no form'
action=$(decoded "${BASH_REMATCH[1]}")
[ "$action" = "$buyer/return" ] || fail "the form goes to $action instead of $buyer/return"
fields=()
field='<input type="hidden" name="([^"]*)" value="([^"]*)">'
while [[ $page =~ $field ]]; do
    page=${page#*"${BASH_REMATCH[0]}"}
    fields+=(--data-urlencode "$(decoded "${BASH_REMATCH[1]}")=$(decoded "${BASH_REMATCH[2]}")")
done
printf 'smoke: the form has %d fields\n' $((${#fields[@]} / 2))
[[ " ${fields[*]} " == *' NEW_ITEM-QUANTITY[1]=3.000 '* ]] || fail 'the form has no quantity of 3.000'

expect 'the form brings the cart home' "$(browse "$action" "${fields[@]}")" "200 $buyer/return"
grep -q 'AC-1001' "$folder/page" || fail 'the buyer does not show the article AC-1001'
grep -q 'NEW_ITEM-QUANTITY\[1\]' "$folder/page" || fail 'the buyer does not show the field NEW_ITEM-QUANTITY[1]'

wrong=$(browse "$gateway/oci/demo" --data-urlencode 'USERNAME=buyer@acme-customer.example' \
    --data-urlencode 'PASSWORD=wrong' --data-urlencode "HOOK_URL=$buyer/return")
expect 'a wrong password is refused' "$wrong" "401 $gateway/oci/demo"

kill -TERM "$demo"
status=0
wait "$demo" || status=$?
demo=
[ "$status" -eq 0 ] || fail "the demo ended with $status after SIGTERM"
printf 'smoke: one punchout went through, and the demo ended well\n'
