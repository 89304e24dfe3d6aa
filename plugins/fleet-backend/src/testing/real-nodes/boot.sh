#!/bin/sh
# The system of a machine, run as the first process of its own namespaces: this computer's programs with files of its own laid over them.
set -eu
disk=$1
read -r init rest </proc/self/stat
. "$disk/given/settings"
mount --make-rprivate /
hostname "$name"
mkdir -p "$disk/cgroup"
mount --rbind /sys/fs/cgroup "$disk/cgroup"
for part in etc usr var root home opt srv; do
  mount -t overlay overlay -o "lowerdir=/$part,upperdir=$disk/upper/$part,workdir=$disk/work/$part" "/$part"
done
mkdir -p /var/lib/containers /var/lib/portico /usr/share/portico-base-images
mount --bind "$disk/containers" /var/lib/containers
mount --bind "$disk/portico" /var/lib/portico
mount --bind "$disk/images" /usr/share/portico-base-images
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd /run/lock /run/node
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount --rbind "$disk/cgroup" /sys/fs/cgroup
cat /proc/sys/kernel/random/uuid >/run/node/boot-id
mount --bind /run/node/boot-id /proc/sys/kernel/random/boot_id
# A user namespace may mount proc and sysfs only where a whole one is to be seen already, and the ones in use here are partly covered.
mkdir /run/node/proc /run/node/sys
mount -t proc proc /run/node/proc
mount -t sysfs sysfs /run/node/sys

mount -t tmpfs -o mode=755 tmpfs /dev
mkdir /dev/pts /dev/shm /dev/net
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
ln -s pts/ptmx /dev/ptmx
ln -s /proc/self/fd /dev/fd
ln -s /proc/self/fd/0 /dev/stdin
ln -s /proc/self/fd/1 /dev/stdout
ln -s /proc/self/fd/2 /dev/stderr
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/zero c 1 5
mknod -m 666 /dev/full c 1 7
mknod -m 666 /dev/random c 1 8
mknod -m 666 /dev/urandom c 1 9
mknod -m 666 /dev/tty c 5 0
mknod -m 666 /dev/fuse c 10 229
mknod -m 666 /dev/net/tun c 10 200
# File systems in files, as homes of containers are. The devices are this computer's: each takes a free one.
mknod -m 660 /dev/loop-control c 10 237
for number in $(seq 0 63); do mknod -m 660 "/dev/loop$number" b 7 "$number"; done

if [ -e "$disk/given/first-boot.sh" ]; then
  . "$disk/given/first-boot.sh"
  rm "$disk/given/first-boot.sh"
fi
. "$disk/given/devices.sh"

echo "$init" >"$disk/init"
# Last, because the disk may lie below it.
mount --bind "$disk/tmp" /tmp
# As systemd has it: what is unmounted here is unmounted in containers too, which would hold on to it otherwise.
mount --make-rshared /
until [ -e /sys/class/net/eth0 ]; do sleep 0.01; done
ip link set lo up
ip addr add "$address/30" dev eth0
ip link set eth0 up
ip route add default via "$host_address"
echo 1 >/proc/sys/net/ipv4/ip_forward
# Again and again: a test may end the daemon, as an administrator does who replaces its key.
while :; do
  /usr/sbin/sshd -D -e -f /etc/ssh/node_config || sleep 0.05
done
