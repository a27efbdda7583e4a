#!/usr/bin/env bash
# From sign-up to a committed package of three legs over three banks.
# Usage: first-package.sh BANK-A BANK-B BANK-C      each like http://127.0.0.1:7001
. "$(dirname "$0")/lines.sh"
[ $# = 3 ] || { echo "usage: $0 BANK-A BANK-B BANK-C" >&2; exit 2; }
a=$1 b=$2 c=$3
ana=529.982.247-25 bruno=111.444.777-35

say "Ana signs up at the first two banks, Bruno at the third; each opens an account"
log_in "$a" "$ana" "Ana Souza"; ana_a=$token ana_id_at_a=$customer
personal_account "$a" "$ana_a"; account_a=$account
log_in "$b" "$ana" "Ana Souza"; ana_b=$token
personal_account "$b" "$ana_b"; account_b=$account
log_in "$c" "$bruno" "Bruno Lima"; bruno_c=$token
personal_account "$c" "$bruno_c"; account_c=$account

say "Ana pays cash in at both of her banks"
pay_in "$a" "$ana_a" "$account_a" 100000
pay_in "$b" "$ana_b" "$account_b" 50000

say "At her second bank she lets the first one debit for her, as the customer that she is there"
bank_a=${account_a%%/*}
ask POST "$b/v1/consents" "{\"bank\":\"$bank_a\",\"customer\":\"$ana_id_at_a\",\"permissions\":[\"view\",\"pay\"]}" "$ana_b"
expect 201

say "One package, three banks: all of it or nothing"
balance "$a" "$ana_a" "$account_a"; before_a=$balance
balance "$b" "$ana_b" "$account_b"; before_b=$balance
balance "$c" "$bruno_c" "$account_c"; before_c=$balance
id=$(fresh_id)
ask PUT "$a/v1/packages/$id" "{\"legs\":[
  {\"from\":\"$account_a\",\"to\":\"$account_c\",\"amount\":30000,\"description\":\"aluguel\"},
  {\"from\":\"$account_b\",\"to\":\"$account_c\",\"amount\":12345,\"description\":\"condomínio\"},
  {\"from\":\"$account_a\",\"to\":\"$account_b\",\"amount\":5000}]}" "$ana_a"
expect 201
contains '"status":"committed"'

say "Every account says so"
balance "$a" "$ana_a" "$account_a"; [ $((balance - before_a)) = -35000 ] || fail "$account_a moved by $((balance - before_a))"
balance "$b" "$ana_b" "$account_b"; [ $((balance - before_b)) = -7345 ] || fail "$account_b moved by $((balance - before_b))"
balance "$c" "$bruno_c" "$account_c"; [ $((balance - before_c)) = 42345 ] || fail "$account_c moved by $((balance - before_c))"
ask GET "$c/v1/accounts/$account_c/statement?limit=2" '' "$bruno_c"
expect 200
contains "$id"
echo; echo "Committed: $id"
