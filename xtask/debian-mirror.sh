#!/bin/bash
# Prints the address of the Debian mirror that this machine's apt already uses.
set -euo pipefail
for list in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list.d/*.sources; do
  [ -r "$list" ] || continue
  mirror=$(awk '/^URIs:/ && $2 ~ /debian\/?$/ { print $2; exit }' "$list")
  [ -n "$mirror" ] && { echo "$mirror"; exit 0; }
done
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -r "$list" ] || continue
  mirror=$(awk '$1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:.*debian\/?$/) { print $i; exit } }' "$list")
  [ -n "$mirror" ] && { echo "$mirror"; exit 0; }
done
echo "apt on this machine names no Debian mirror" >&2
exit 1
