#!/bin/bash
# Builds build/PericardCoreFFI.xcframework, which the manifest at the root takes where it finds it. Needs a Mac with Xcode.
#
#   xcframework.sh [TARGET]...    by default devices, simulators and macOS on Apple silicon
#
# A dynamic framework per platform, exporting the FFI alone, so that an app's own sqlite3 can never take the place of the
# encrypted one.
set -euo pipefail
cd "$(dirname "$0")/.."
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(aarch64-apple-ios aarch64-apple-ios-sim aarch64-apple-darwin)
export IPHONEOS_DEPLOYMENT_TARGET=16.0 MACOSX_DEPLOYMENT_TARGET=13.0

rustup target add "${targets[@]}"
cargo xtask bindings
frameworks=()
for target in "${targets[@]}"; do
  cargo build --release --package pericard-ffi --target "$target"
  framework=build/$target/PericardCoreFFI.framework
  rm -rf "$framework"
  mkdir -p "$framework/Headers" "$framework/Modules"
  cp "${CARGO_TARGET_DIR:-target}/$target/release/libpericard_ffi.dylib" "$framework/PericardCoreFFI"
  strip -x "$framework/PericardCoreFFI"
  install_name_tool -id @rpath/PericardCoreFFI.framework/PericardCoreFFI "$framework/PericardCoreFFI"
  cp bindings/swift/generated/core/PericardCoreFFI/PericardCoreFFI.h "$framework/Headers/"
  printf 'framework module PericardCoreFFI {\n  header "PericardCoreFFI.h"\n  export *\n}\n' \
    > "$framework/Modules/module.modulemap"
  plist=$framework/Info.plist
  plutil -create xml1 "$plist"
  plutil -insert CFBundleIdentifier -string dev.pericard.core "$plist"
  plutil -insert CFBundleExecutable -string PericardCoreFFI "$plist"
  plutil -insert CFBundlePackageType -string FMWK "$plist"
  plutil -insert CFBundleShortVersionString -string 0.1.0 "$plist"
  plutil -insert MinimumOSVersion -string 16.0 "$plist"
  # The dynamic library must not lend SQLite's names to anyone.
  if nm -gU "$framework/PericardCoreFFI" | grep -q ' _sqlite3_'; then
    echo "$target: the library exports SQLite" >&2
    exit 1
  fi
  frameworks+=(-framework "$framework")
done
rm -rf build/PericardCoreFFI.xcframework
xcodebuild -create-xcframework "${frameworks[@]}" -output build/PericardCoreFFI.xcframework
