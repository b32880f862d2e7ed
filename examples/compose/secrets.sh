#!/bin/sh
# Prints an .env for compose.yaml with new secrets: `sh examples/compose/secrets.sh id.example.com > .env`.
# Needs openssl 3. The key that signs the token of the database is not kept: for another token make both again.
set -eu
umask 077

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
openssl genpkey -algorithm ed25519 -out "$folder/key.pem"
# The last 32 bytes of the DER form are the key itself (RFC 8410).
public=$(openssl pkey -in "$folder/key.pem" -pubout -outform DER | tail -c 32 | base64url)
printf '%s.%s' "$(printf '{"alg":"EdDSA","typ":"JWT"}' | base64url)" "$(printf '{"a":"rw"}' | base64url)" > "$folder/signed"
signature=$(openssl pkeyutl -sign -rawin -inkey "$folder/key.pem" -in "$folder/signed" | base64url)

cat <<VALUES
SITE_ADDRESS=${1:-localhost}
APP_SECRET=$(openssl rand -base64 48)
SQLD_AUTH_JWT_KEY=$public
DATABASE_AUTH_TOKEN=$(cat "$folder/signed").$signature
REDIS_PASSWORD=$(openssl rand -hex 32)
VALUES
