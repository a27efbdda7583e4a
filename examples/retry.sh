#!/usr/bin/env bash
# An order whose answer got lost is sent again: the same answer, paid once, at whichever bank it is sent.
# Usage: retry.sh BANK-A BANK-B      each like http://127.0.0.1:7001
. "$(dirname "$0")/lines.sh"
[ $# = 2 ] || { echo "usage: $0 BANK-A BANK-B" >&2; exit 2; }
a=$1 b=$2
carla=390.533.447-05

say "Carla has an account at both banks, and has let each of them debit for her at the other"
log_in "$a" "$carla" "Carla Dias"; carla_a=$token id_at_a=$customer
personal_account "$a" "$carla_a"; account_a=$account
log_in "$b" "$carla" "Carla Dias"; carla_b=$token id_at_b=$customer
personal_account "$b" "$carla_b"; account_b=$account
bank_a=${account_a%%/*} bank_b=${account_b%%/*}
ask POST "$a/v1/consents" "{\"bank\":\"$bank_b\",\"customer\":\"$id_at_b\",\"permissions\":[\"pay\"]}" "$carla_a"
expect 201
ask POST "$b/v1/consents" "{\"bank\":\"$bank_a\",\"customer\":\"$id_at_a\",\"permissions\":[\"pay\"]}" "$carla_b"
expect 201
pay_in "$a" "$carla_a" "$account_a" 20000
balance "$b" "$carla_b" "$account_b"; before=$balance

say "She orders a transfer, and the answer gets lost on the way"
id=$(fresh_id)
order="{\"legs\":[{\"from\":\"$account_a\",\"to\":\"$account_b\",\"amount\":700}]}"
ask PUT "$a/v1/packages/$id" "$order" "$carla_a" >/dev/null
expect 201

say "The same order again: 200 instead of 201, the same package"
ask PUT "$a/v1/packages/$id" "$order" "$carla_a"
expect 200
contains '"status":"committed"'

say "The same order at her other bank: it knows that the package is paid"
ask PUT "$b/v1/packages/$id" "$order" "$carla_b"
expect 200 201
contains '"status":"committed"'
balance "$b" "$carla_b" "$account_b"
[ $((balance - before)) = 700 ] || fail "$account_b moved by $((balance - before)) instead of 700"

say "Another order under the same id is refused, and shows nothing of the first"
ask PUT "$a/v1/packages/$id" "{\"legs\":[{\"from\":\"$account_a\",\"to\":\"$account_b\",\"amount\":800}]}" "$carla_a"
expect 409
contains '"code":"id_reused"'
echo; echo "Paid once: $id"
