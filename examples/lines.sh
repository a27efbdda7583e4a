# What the example scripts share. Sourced, not run. Needs bash, curl and sed; nothing else.

set -euo pipefail

say() { printf '\n== %s\n' "$*"; }

fail() { printf 'NOT AS EXPECTED: %s\n' "$*" >&2; exit 1; }

# A version-4 UUID from the kernel's random numbers: the id that the client gives its package.
fresh_id() { cat /proc/sys/kernel/random/uuid 2>/dev/null || uuidgen | tr 'A-Z' 'a-z'; }

# ask METHOD URL [BODY] [TOKEN]: prints the request; leaves the answer in $answer and its status in $status.
ask() {
  local method=$1 url=$2 body=${3:-} token=${4:-}
  local words=(--silent --show-error --max-time 10 --request "$method" --write-out '\n%{http_code}' "$url")
  [ -z "$body" ] || words+=(--header 'Content-Type: application/json' --data "$body")
  [ -z "$token" ] || words+=(--header "Authorization: Bearer $token")
  printf '%s %s %s\n' "$method" "$url" "$(printf '%s' "$body" | sed 's/"password":"[^"]*"/"password":"…"/')"
  local whole
  whole=$(curl "${words[@]}")
  status=${whole##*$'\n'}
  answer=${whole%$'\n'*}
  printf '  → %s %s\n' "$status" "$(printf '%s' "$answer" | sed 's/"token":"[^"]*"/"token":"…"/')"
}

# expect STATUS…: the last answer has one of these.
expect() {
  local wanted
  for wanted in "$@"; do [ "$status" != "$wanted" ] || return 0; done
  fail "status $status instead of $*"
}


# first NAME: like field, but of the first occurrence, whatever stands after it.
first() { printf '%s' "$answer" | tr ',{}[]' '\n' | sed -n "s/^\"$1\":\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" | head -n 1; }

# contains TEXT: the last answer has it.
contains() { case $answer in *"$1"*) ;; *) fail "no $1 in the answer" ;; esac; }

# log_in BANK CPF NAME: signs up (unless done before) and logs in; leaves $token and $customer.
log_in() {
  ask POST "$1/v1/customers" "{\"cpf\":\"$2\",\"name\":\"$3\",\"password\":\"example-password\"}"
  expect 201 409
  ask POST "$1/v1/sessions" "{\"cpf\":\"$2\",\"password\":\"example-password\"}"
  expect 201
  token=$(first token)
  customer=$(first id)
}

# personal_account BANK TOKEN: opens it (unless done before); leaves $account.
personal_account() {
  ask POST "$1/v1/accounts" '{"kind":"personal"}' "$2"
  expect 201 409
  ask GET "$1/v1/accounts" '' "$2"
  expect 200
  account=$(first account)
}

# balance BANK TOKEN ACCOUNT: leaves the account's money in $balance once nothing of it is held or incoming.
balance() {
  local tries
  for tries in $(seq 1 100); do
    ask GET "$1/v1/accounts/$3" '' "$2" >/dev/null
    expect 200
    if [ "$(first held)" = 0 ] && [ "$(first incoming)" = 0 ]; then balance=$(first balance); return; fi
    sleep 0.05
  done
  fail "$3 does not settle"
}

# pay_in BANK TOKEN ACCOUNT CENTAVOS: cash, at that bank's counter.
pay_in() {
  ask PUT "$1/v1/packages/$(fresh_id)" "{\"legs\":[{\"to\":\"$3\",\"amount\":$4}]}" "$2"
  expect 201
}
