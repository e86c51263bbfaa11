#!/usr/bin/env bash
# Unpacks Debian's smtp-sink and smtp-source into bench/.postfix, without installing or starting the service.
set -euo pipefail
cd "$(dirname "$0")"
if [ -x .postfix/usr/sbin/smtp-sink ] || command -v smtp-sink >/dev/null; then exit 0; fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# apt drops to an account of its own, which must be able to write there
chmod 755 "$folder"
(cd "$folder" && apt-get download -qq postfix)
mkdir -p .postfix
dpkg -x "$folder"/postfix_*.deb .postfix
