#!/bin/bash
# Makes a Debian root with the Swift compiler in the folder $1, once.
#
# Two makers at a time: the second waits for the first. The mark `.swift-ready` is written only
# after the compiler has answered, so that a root cut off half-way is made anew.
set -euo pipefail
root=${1:?the folder of the root}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$(dirname "$root")"
exec 9>"$root.lock"
flock 9
[ -e "$root/.swift-ready" ] && exit 0

export DEBIAN_FRONTEND=noninteractive
if ! command -v mmdebstrap >/dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends mmdebstrap >/dev/null
fi
mirror=$("$here/../debian-mirror.sh")
rm -rf --one-file-system "$root"

# Left out: what a compile and a test run never open. It halves the root.
without=()
for path in /usr/share/doc /usr/share/man /usr/share/locale \
  '/usr/libexec/swift/lib/liblldb*' '/usr/libexec/swift/lib/libLTO*' '/usr/libexec/swift/lib/libsourcekitd*' \
  '/usr/libexec/swift/bin/*lldb*' /usr/libexec/swift/bin/clangd /usr/libexec/swift/bin/sourcekit-lsp \
  /usr/libexec/swift/bin/docc /usr/libexec/swift/lib/swift/embedded \
  /usr/libexec/swift/lib/swift/FrameworkABIBaseline; do
  without+=(--dpkgopt="path-exclude=$path" --dpkgopt="path-exclude=$path/*")
done
mmdebstrap --quiet --variant=minbase --mode=root --format=directory \
  --include=swiftlang,libc6-dev,libstdc++-14-dev,git,ca-certificates \
  --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
  --dpkgopt=force-unsafe-io "${without[@]}" trixie "$root" "$mirror"

"$here/in-root.sh" "$root" -- swift --version
touch "$root/.swift-ready"
