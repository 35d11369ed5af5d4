#!/bin/sh
# boot.sh ELF CHARDEV: boots the firmware with its serial port on a character device, for instance serial,path=/tmp/bc28
set -eu
exec qemu-system-i386 -nodefaults -display none -no-reboot -kernel "$1" -debugcon stdio -device isa-debug-exit \
  -chardev "$2,id=modem" -serial chardev:modem
