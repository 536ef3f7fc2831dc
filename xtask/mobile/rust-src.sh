#!/bin/bash
# Unpacks the standard library's sources for Rust $2 into the folder $1, once, from Debian's package.
#
# apt works with a state of its own below that folder: the machine's sources and packages stay as they are.
set -euo pipefail
folder=${1:?the folder} version=${2:?the version of rustc, like 1.95.0}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$folder")"
exec 9>"$folder.lock"
flock 9
[ -e "$folder/.ready-$version" ] && exit 0

mirror=$("$here/../debian-mirror.sh")
rm -rf "$folder"
mkdir -p "$folder"/apt/{etc/sources.list.d,etc/apt.conf.d,state/lists/partial,cache/archives/partial}
: >"$folder/apt/status"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
for suite in trixie trixie-backports; do
  echo "deb [signed-by=$keys] $mirror $suite main"
done >"$folder/apt/etc/sources.list.d/debian.list"
cat >"$folder/apt/apt.conf" <<CONF
Dir::Etc "$folder/apt/etc";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$folder/apt/etc/sources.list.d";
Dir::Etc::parts "$folder/apt/etc/apt.conf.d";
Dir::State "$folder/apt/state";
Dir::State::status "$folder/apt/status";
Dir::Cache "$folder/apt/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
CONF
export APT_CONFIG="$folder/apt/apt.conf"
apt-get update -qq
(cd "$folder" && apt-get download -qq "rust-src=$version*")
dpkg-deb -x "$folder"/rust-src_*.deb "$folder/unpacked"
test -f "$folder/unpacked/usr/src/rustc-$version/library/Cargo.lock"
rm -rf "$folder"/rust-src_*.deb "$folder/apt/state/lists"
touch "$folder/.ready-$version"
