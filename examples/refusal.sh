#!/usr/bin/env bash
# A package that cannot be done: every failing leg is named with its reason, nothing moves, and the refusal is final.
# Usage: refusal.sh BANK-A BANK-B      each like http://127.0.0.1:7001
. "$(dirname "$0")/lines.sh"
[ $# = 2 ] || { echo "usage: $0 BANK-A BANK-B" >&2; exit 2; }
a=$1 b=$2
davi=746.971.314-01 eva=123.456.789-09

say "Davi has R\$ 100,00 at the first bank, Eva an account at the second"
log_in "$a" "$davi" "Davi Rocha"; davi_a=$token
personal_account "$a" "$davi_a"; account_a=$account
log_in "$b" "$eva" "Eva Prado"; eva_b=$token
personal_account "$b" "$eva_b"; account_b=$account
pay_in "$a" "$davi_a" "$account_a" 10000
balance "$a" "$davi_a" "$account_a"; before=$balance
bank_b=${account_b%%/*}

say "Three legs: one in order, one to nobody, one from an account that is not his"
id=$(fresh_id)
ask PUT "$a/v1/packages/$id" "{\"legs\":[
  {\"from\":\"$account_a\",\"to\":\"$account_b\",\"amount\":1000},
  {\"from\":\"$account_a\",\"to\":\"$bank_b/999999999999-2\",\"amount\":2000},
  {\"from\":\"$account_b\",\"to\":\"$account_a\",\"amount\":3000}]}" "$davi_a"
expect 422
contains '"code":"package_refused"'
contains '"account_unknown"'
contains '"consent_missing"'
case $answer in *'"leg":0,"code"'*) fail "the leg in order was refused" ;; esac

say "Nothing moved, not even the leg that was in order"
balance "$a" "$davi_a" "$account_a"
[ "$balance" = "$before" ] || fail "$account_a moved"

say "Sent again, the answer is the same: a refusal is final"
ask GET "$a/v1/packages/$id" '' "$davi_a"
expect 200
contains '"status":"refused"'
echo; echo "Refused: $id"
