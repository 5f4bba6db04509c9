#!/bin/sh
# The same with curl: a school's own program records an employer and reads it back.
# Needs INTAKE_URL, TOKEN_URL, CLIENT_ID and CLIENT_SECRET in the environment.
set -eu

# what stands in an answer under a name; a real script uses jq
field() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" | head -n 1; }

# secrets are read from standard input: what is an argument stands in the list of processes
token=$(printf 'grant_type=client_credentials&client_id=%s&client_secret=%s' "$CLIENT_ID" "$CLIENT_SECRET" |
	curl --fail --silent --show-error --data @- "$TOKEN_URL" | field access_token)

call() { printf 'header = "Authorization: Bearer %s"\n' "$token" | curl --silent --show-error --config - "$@"; }

made=$(call --fail-with-body --output /dev/null --write-out '%header{location}' "$INTAKE_URL/v1/employers" \
	--header "Content-Type: application/json" --header "Idempotency-Key: $(cat /proc/sys/kernel/random/uuid)" \
	--data '{"name": "Bakkerij Curl", "address": {"postcode": "8232 VT", "place": "Lelystad"}, "confirmedNew": true}')

call --fail-with-body "$INTAKE_URL/v1/employers/${made##*/}" | grep -o '"name":"Bakkerij[^"]*"'

# a refusal is a problem (RFC 9457): what is wrong, and where
call "$INTAKE_URL/v1/employers" --header "Content-Type: application/json" --data '{"name": "Zonder adres"}' | field title
