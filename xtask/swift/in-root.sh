#!/bin/bash
# Runs a command inside the root $1:  in-root.sh ROOT [FOLDER=PLACE]... [NAME=VALUE]... [-C PLACE] -- COMMAND...
#
# FOLDER is shown inside at PLACE, a fixed path, so that what the compiler remembers of paths stays
# true when the repository is cloned somewhere else. NAME=VALUE is the command's whole environment
# beside a path and a locale. Mounts live in a namespace of their own and end with the command.
set -euo pipefail
root=${1:?the folder of the root}
shift
binds=() vars=() place=/
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    -C) place=$2; shift 2 ;;
    /*=/*) binds+=("$1"); shift ;;
    *=*) vars+=("$1"); shift ;;
    *) echo "in-root.sh: $1 is neither FOLDER=PLACE nor NAME=VALUE" >&2; exit 2 ;;
  esac
done
exec unshare --mount --propagation private -- bash -c '
  set -euo pipefail
  root=$1 place=$2 nbinds=$3 nvars=$4; shift 4
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  for ((i = 0; i < nbinds; i++)); do
    mkdir -p "$root${1#*=}"
    mount --bind "${1%%=*}" "$root${1#*=}"
    shift
  done
  vars=("${@:1:nvars}"); shift "$nvars"
  exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/bin:/bin TERM=dumb LANG=C.UTF-8 "${vars[@]}" \
    bash -c "cd \"\$0\" && exec \"\$@\"" "$place" "$@"
' in-root "$root" "$place" "${#binds[@]}" "${#vars[@]}" "${binds[@]}" "${vars[@]}" "$@"
