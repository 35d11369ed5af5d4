#!/bin/sh
# build.sh ELF: builds the firmware as a program for the bare PC. A plain gcc for x86 is enough, no library is needed.
set -eu
exec "${CC:-gcc}" -Wall -Wextra -O1 -m32 -ffreestanding -nostdlib -static -fno-pie -no-pie \
  -fno-asynchronous-unwind-tables -Wl,--build-id=none,-Ttext=0x100000,--entry=start \
  -o "$1" "$(dirname "$0")/firmware.c"
