#!/bin/sh
# Compiles the stub of QuickBooks' request processor: stub.dll and stub.exe in the folder that is given, for x86_64 or i686.
set -eu
target=$(realpath "$1")
machine=${2:-x86_64}
cd "$(dirname "$0")"
common="script.c automation.c members.c processor.c auth-preferences.c class-factory.c registration.c"
libraries="-lole32 -loleaut32 -luuid -ladvapi32 -luser32 -lws2_32"
compile() {
  # shellcheck disable=SC2086
  "$machine-w64-mingw32-gcc" -std=gnu11 -O2 -s -Wall -Wextra -Werror -static-libgcc -o "$@" $common $libraries
}
# The names that are exported have no @ and number, as the .def has them.
case $machine in i686) names=-Wl,--enable-stdcall-fixup,--kill-at ;; *) names= ;; esac
# shellcheck disable=SC2086
compile "$target/stub.dll" -shared $names dll.c stub.def
compile "$target/stub.exe" -mwindows exe.c
