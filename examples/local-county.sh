#!/bin/sh
# The key ceremony of a county for one's own machine: keys, configuration, a supervisor for each agency, and the
# agreement that both sign. Everything is fresh, random and in one folder, which is what a real ceremony must not be:
# there each party does its part in its own house (docs/security.md). Done once; later runs change nothing.
#
#   COUNTY=build/county BOOTSTRAP=127.0.0.1:19092,127.0.0.1:29092,127.0.0.1:31092 sh examples/local-county.sh
set -eu
umask 077
COUNTY=${COUNTY:-/county}
BOOTSTRAP=${BOOTSTRAP:-127.0.0.1:19092,127.0.0.1:29092,127.0.0.1:31092}
CLUE_EXCHANGE=${CLUE_EXCHANGE:-clue-exchange}
mkdir -p "$COUNTY"
COUNTY=$(cd "$COUNTY" && pwd)
AGENCIES="federation-110101 procuratorate-110101"

if [ -e "$COUNTY/ready" ]; then
  echo "the county is there already: $COUNTY"
  exit 0
fi
if [ -e "$COUNTY/agreement.yaml" ]; then
  echo "a ceremony broke off in $COUNTY: remove the folder, then begin again" >&2
  exit 1
fi

for agency in $AGENCIES; do
  mkdir -p "$COUNTY/$agency"
  case $agency in
    federation-*) counterpart=procuratorate-110101 ;;
    *) counterpart=federation-110101 ;;
  esac
  head -c 24 /dev/urandom | base64 >"$COUNTY/$agency/passphrase"
  head -c 24 /dev/urandom | base64 >"$COUNTY/$agency/wang.passphrase"
  $CLUE_EXCHANGE keys new --agency "$agency" --folder "$COUNTY/$agency/keys" \
    --passphrase-file "$COUNTY/$agency/passphrase" >/dev/null
  cat >"$COUNTY/$agency.toml" <<TOML
agency = "$agency"
counterpart = "$counterpart"
database = "sqlite:///$COUNTY/$agency/agency.db"
bootstrap = "$BOOTSTRAP"
keys = "$COUNTY/$agency/keys"
passphrase_file = "$COUNTY/$agency/passphrase"
agreement = "$COUNTY/agreement.yaml"
TOML
  $CLUE_EXCHANGE officers add wang --role supervisor --name 王某 --config "$COUNTY/$agency.toml" \
    --new-passphrase-file "$COUNTY/$agency/wang.passphrase" >/dev/null
done

year=$(date +%Y)
$CLUE_EXCHANGE agreement new "$COUNTY/agreement.yaml" --valid-from "$year-01-01" --valid-until "$((year + 1))-12-31" \
  --federation "$COUNTY/federation-110101/keys/public-keys.yaml" \
  --procuratorate "$COUNTY/procuratorate-110101/keys/public-keys.yaml" >/dev/null
for agency in $AGENCIES; do
  $CLUE_EXCHANGE agreement sign "$COUNTY/agreement.yaml" --config "$COUNTY/$agency.toml" --as wang \
    --passphrase-file "$COUNTY/$agency/wang.passphrase" >/dev/null
done
touch "$COUNTY/ready"
echo "keys, configurations, supervisors and the signed agreement are in $COUNTY"
