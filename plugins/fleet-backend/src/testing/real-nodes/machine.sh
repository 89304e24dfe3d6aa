#!/bin/sh
# A machine: its disks live here, in memory and in a mount namespace of their own, and outlive a crash of the system that boots from them (boot.sh).
# Takes orders on stdin, one per line, and answers each with one line; end of input turns everything off, so that a test that dies takes its machines along.
set -u
folder=$1 disk_bytes=$2 images=$3 veth=$4 host_address=$5
disk=$folder/disk
mount --make-rprivate /
mkdir "$disk"
mount -t tmpfs -o "mode=755,size=$disk_bytes" tmpfs "$disk"
mkdir "$disk/images" "$disk/containers" "$disk/portico" "$disk/tmp" "$disk/given"
chmod 1777 "$disk/tmp"
mount --bind "$images" "$disk/images"
cp -a "$folder/given/." "$disk/given"
for part in etc usr var root home opt srv; do
  mkdir -p "$disk/upper/$part" "$disk/work/$part"
  chmod --reference="/$part" "$disk/upper/$part"
done

# What the kernel forgets at a reboot: the control groups of containers that were running.
forget_groups() {
  for id in $(ls "$disk/containers/storage/overlay-containers" 2>/dev/null); do
    find /sys/fs/cgroup -depth -type d -name "libpod-$id*" -exec rmdir {} + 2>/dev/null
  done
}
init=''
boot() {
  rm -f "$disk/init"
  unshare --pid --net --uts --ipc --mount --fork --kill-child=KILL sh "$disk/given/boot.sh" "$disk" </dev/null >>"$folder/console" 2>&1 &
  kernel=$!
  until [ -s "$disk/init" ]; do kill -0 "$kernel" 2>/dev/null || return 1; sleep 0.02; done
  init=$(cat "$disk/init")
  ip link add "$veth" type veth peer name eth0 netns "$init" &&
    ip addr add "$host_address/30" dev "$veth" && ip link set "$veth" up
}
crash() {
  [ -n "$init" ] || return 0
  kill -KILL "$init" 2>/dev/null
  wait "$kernel" 2>/dev/null
  ip link del "$veth" 2>/dev/null
  forget_groups
  init=''
}
answer() { if "$@"; then echo "done $init"; else echo failed; fi; }
off() {
  crash
  umount -l "$disk"
  rm -rf "$folder"
  exit 0
}
trap off TERM INT HUP

while read -r order; do
  case $order in
    boot) answer boot ;;
    crash) answer crash ;;
  esac
done
off
