import {
  ANSWER_SECONDS,
  FIRST_UID,
  LOG_BYTES_MAX,
  NVIDIA_SMI_SECONDS,
  PODMAN_SECONDS,
  PODMAN_START_SECONDS,
  STOP_GRACE_SECONDS,
  UID_RANGES_MAX,
  UIDS_PER_CONTAINER,
} from '../limits';
import { fencing, prelude } from './prelude';

/**
 * The steps of a launch on the node. Each looks before it makes, so that any of them may be the first after a crash, and each compares the fencing token anew. `$1` is the allocation,
 * `$2` the token wherever a script changes something of the allocation's.
 */

/** What the node has and what there is already. A container left half-made by an earlier attempt is removed: nobody was ever let into it. */
export const prepareScript = `${fencing}
fenced "$1" "$2"
prune_fences
for tool in podman nft ip flock ssh-keygen ssh-keyscan mkfs.ext4 base64; do
  command -v $tool >/dev/null || fail isolation_unavailable "The node lacks $tool, without which Portico does not run anybody's work there."
done
mkdir -p "$state/allocations/$1/inside" || exit 1
chmod 0711 "$state/allocations/$1"
found=$(container_state "$1") || broken $? "podman does not answer."
phase=$(cat "$state/allocations/$1/phase" 2>/dev/null || echo creating)
[ "$phase" != releasing ] || fail runtime_failed "A release of this allocation was begun on the node and is not finished."
if [ "$found" = forgotten ] || { [ "$found" != none ] && [ "$phase" != created ]; }; then
  remove_container "$1"
  found=none
fi
[ "$phase" = created ] || printf 'creating\\n' | durably "$state/allocations/$1/phase" || exit 1
say container "$found"
say phase "$phase"
say host "$(uname -n)"
say free "$(df -Pk "$state" | awk 'NR == 2 { printf "%.0f", $4 * 1024 }')"
`;

/**
 * `$1` reference, `$2` digest or empty, `$3` seconds. Without the allocation's lock: an image is nobody's, and fetching one takes long, longer than a step of the launch may. By digest wherever there is one; a registry that
 * answers with other content fails inside podman, and what is preloaded under the name is compared here.
 */
export const imageScript = `${prelude}
source=$1; digest=$2
name=\${source##*/}; repository=$source
case $name in *:*) repository=\${source%:*} ;; esac
wanted=$source; [ -z "$digest" ] || wanted=$repository@$digest
look() { pod ${PODMAN_SECONDS} image inspect --format '{{.Id}}' "$1" 2>/dev/null; }
found() { say image "$1"; say fetched "$2"; exit 0; }
id=$(look "$wanted"); rc=$?; [ $rc != 99 ] || exit 99
[ $rc != 0 ] || found "$id" 0
if [ -z "$digest" ]; then
  # A preloaded name without a tag: the newest that has it.
  id=$(pod ${PODMAN_SECONDS} images --quiet --no-trunc --filter "reference=$source" 2>/dev/null | head -n 1); id=\${id#sha256:}
  [ -z "$id" ] || found "$id" 0
fi
case $source in localhost/*)
  [ -z "$digest" ] || ! look "$source" >/dev/null || fail image_missing "The image $source on the node has another content than the catalogue says ($digest)."
  fail image_missing "The image $source is not preloaded on the node." ;;
esac
# Fetching goes on by itself when whoever waits for it is cut off or gives up: images are large, and the next attempt joins in. A lock says that it goes on, a file how it ended.
mkdir -p "$state/images" || exit 1
fetch=$state/images/$(printf '%s' "$wanted" | sha256sum | cut -c1-32)
exec 8>>"$fetch.lock" || exit 1
if flock -n 8; then
  rm -f "$fetch.end"
  setsid sh -c 'timeout -k 5 "$3" podman pull --quiet "$2" >"$1.log" 2>&1; echo $? >"$1.end.new"; mv -f "$1.end.new" "$1.end"' sh "$fetch" "$wanted" "$3" </dev/null >/dev/null 2>&1 3>&- &
fi
exec 8>&-
until [ -e "$fetch.end" ]; do
  if ( flock -n 8 ) 8>>"$fetch.lock" && [ ! -e "$fetch.end" ]; then fail runtime_failed "Fetching the image was ended on the node."; fi
  sleep 0.3
done
rc=$(cat "$fetch.end"); said=$(cat "$fetch.log")
case $rc in
  0) ;;
  124|137) fail runtime_failed "Fetching the image took longer than $3 seconds." ;;
  *) printf '%s\\n' "$said" >&2
     case $said in
       *'manifest unknown'*|*'name unknown'*|*'not found'*|*'access to the resource is denied'*|*unauthorized*|*'invalid reference format'*|*'does not match'*)
         fail image_missing "The registry does not give out $wanted." ;;
     esac
     exit 1 ;;
esac
id=$(look "$wanted") || broken $? "The image was fetched and is not there."
found "$id" 1
`;

/**
 * `$3` egress or isolated, `$4` networks nobody may reach, `$5` name servers, or empty for the node's own. Its own bridge, its own table of rules. Isolated networks have no way
 * out at all (no default route); the others reach the public internet and, of everything else, the name servers' port 53 alone. The node itself answers nothing on that bridge: it only opens connections.
 * podman chooses the subnet (`default_subnet_pools` in containers.conf). No IPv6: nothing here gives addresses out, and the rules drop it.
 */
export const networkScript = `${fencing}
fenced "$1" "$2"
mode=$3; refused=$4; servers=$5
home=$state/allocations/$1
if has_network "$1" && [ "$(cat "$home/network" 2>/dev/null)" != "$mode" ]; then
  pod ${PODMAN_SECONDS} network rm -f "portico-$1" >/dev/null || broken $? "A half-made network cannot be removed."
fi
rc=0; has_network "$1" || rc=$?
create() { pod ${PODMAN_SECONDS} network create --disable-dns --label portico.allocation="$id" --label portico.state="$state" "$@" "portico-$id" >/dev/null || broken $? "The network cannot be made."; }
subnet_of() { pod ${PODMAN_SECONDS} network inspect --format '{{range .Subnets}}{{.Subnet}} {{.Gateway}} {{end}}' "portico-$id" || broken $? "The network cannot be inspected."; }
if [ $rc = 1 ]; then
  id=$1
  # Two that choose a subnet at once would choose the same.
  exec 8>>"$state/ranges/.lock"; flock -w ${PODMAN_START_SECONDS} 8 || fail runtime_failed "The node is busy making networks."
  create
  if [ "$mode" = isolated ]; then
    # Without a gateway of its own the node could not reach the container either.
    chosen=$(subnet_of) || exit 99
    pod ${PODMAN_SECONDS} network rm -f "portico-$1" >/dev/null || broken $? "The network cannot be made."
    create --internal --subnet "\${chosen%% *}" --gateway "$(set -- $chosen; echo "$2")"
  fi
  exec 8>&-
fi
printf '%s\\n' "$mode" | durably "$home/network" || exit 1
facts=$(pod ${PODMAN_SECONDS} network inspect --format '{{.NetworkInterface}} {{range .Subnets}}{{.Subnet}} {{end}}' "portico-$1") || broken $? "The network cannot be inspected."
set -- "$1" $facts
bridge=$2; subnet=$3
if [ -z "$servers" ]; then
  servers=$(awk '$1 == "nameserver" { print $2 }' /etc/resolv.conf)
  case $servers in *127.0.0.53*) servers=$(awk '$1 == "nameserver" { print $2 }' /run/systemd/resolve/resolv.conf 2>/dev/null) ;; esac
  # Those on the node's own loopback are not there for anybody else.
  servers=$(printf '%s\\n' $servers | awk '/^[0-9.]+$/ && !/^127\\./ { print }' | head -n 3)
fi
[ "$mode" = egress ] || servers=
printf '%s\\n' $servers | durably "$home/nameservers" || exit 1
{
  table="inet portico_$1"
  echo "table $table"
  echo "delete table $table"
  echo "table $table {"
  echo "  chain routed {"
  echo "    type filter hook forward priority -10; policy accept;"
  echo "    iifname != \\"$bridge\\" oifname != \\"$bridge\\" accept"
  echo "    ct state established,related accept"
  echo "    oifname \\"$bridge\\" drop"
  echo "    meta nfproto ipv6 drop"
  echo "    ip saddr != $subnet drop"
  if [ "$mode" = egress ]; then
    for server in $servers; do echo "    ip daddr $server meta l4proto { tcp, udp } th dport 53 accept"; done
    # A line for each: they may overlap, which a set may not.
    for network in $refused; do echo "    ip daddr $network reject with icmp type admin-prohibited"; done
    # Mail submission by strangers gets a whole network block-listed.
    echo "    tcp dport 25 reject with tcp reset"
  else
    echo "    reject with icmp type admin-prohibited"
  fi
  echo "  }"
  echo "  chain to_node {"
  echo "    type filter hook input priority -10; policy accept;"
  echo "    iifname != \\"$bridge\\" accept"
  echo "    ct state established,related accept"
  echo "    reject with icmpx type admin-prohibited"
  echo "  }"
  echo "}"
} | durably "$home/firewall.nft" || exit 1
nft -f "$home/firewall.nft" || fail isolation_unavailable "The node does not take the rules that keep the container off its networks."
say subnet "$subnet"
say bridge "$bridge"
`;

/**
 * `$3` bytes, then the NVMe namespaces of the slots. The home lies on the first of them that the operator has mounted at `nvme/<namespace>`: the allocation has it alone, so its size is the bound.
 * Elsewhere the home is a file system in a file of exactly that size, whose blocks are taken at once: what was sold is there, and nobody can fill the node. Where the node cannot mount such files (no loop
 * devices) it is a directory without a bound, and the step says so. A file that was not finished has another name, so a half-made one is never mounted.
 */
export const homeScript = `${fencing}
fenced "$1" "$2"
id=$1; bytes=$3; shift 3
home=$state/allocations/$id
exec 8>>"$state/ranges/.lock"; flock -w 30 8 || fail runtime_failed "The node is busy giving out user ids."
range=$(grep -lxF -- "$id" "$state/ranges/"[0-9]* 2>/dev/null | head -n 1); range=\${range##*/}
if [ -z "$range" ]; then
  range=0
  while [ -e "$state/ranges/$range" ]; do range=$((range + 1)); done
  [ $range -lt ${UID_RANGES_MAX} ] || fail runtime_failed "Every range of user ids of this node is taken."
  printf '%s\\n' "$id" | durably "$state/ranges/$range" || exit 1
fi
exec 8>&-
uid=$((${FIRST_UID} + range * ${UIDS_PER_CONTAINER}))
printf '%s\\n' "$uid" | durably "$home/uid" || exit 1
[ "$(cat "$home/phase")" = created ] && fresh=0 || fresh=1
place=; kind=
# What was worked in is where it was, or nowhere: another home would look like a lost one.
if [ $fresh = 0 ]; then
  while read -r scratch; do
    mountpoint -q "\${scratch%/*}" && [ -d "$scratch" ] || fail runtime_failed "\${scratch%/*}, which has the home of this allocation, is not mounted on the node."
  done <"$home/scratch"
fi
: >"$home/scratch.new"
for namespace in "$@"; do
  mount=$state/nvme/$namespace
  mountpoint -q "$mount" || continue
  chmod 0711 "$state/nvme" "$mount"
  mkdir -p "$mount/portico-$id" || exit 1
  chown "$uid:$uid" "$mount/portico-$id" && chmod 0755 "$mount/portico-$id"
  printf '%s\\n' "$mount/portico-$id" >>"$home/scratch.new"
  [ -n "$place" ] || { place=$mount/portico-$id; kind=nvme; }
done
mv -f "$home/scratch.new" "$home/scratch"
image=$state/homes/$id.img; mount=$state/homes/$id
if [ -z "$place" ]; then
  place=$mount; kind=file
  mkdir -p "$mount" || exit 1
  if [ -e "$mount/.unbounded-home" ]; then kind=unbounded
  elif ! mountpoint -q "$mount"; then
    if [ ! -e "$image" ]; then
      rm -f "$image.new"
      # A file system that cannot reserve (EOPNOTSUPP) gets a sparse file; one that is full says so.
      said=$(fallocate -l "$bytes" "$image.new" 2>&1) || case $said in
        *'not supported'*) truncate -s "$bytes" "$image.new" || exit 1 ;;
        *) rm -f "$image.new"; printf '%s\\n' "$said" >&2; exit 1 ;;
      esac
      mkfs.ext4 -q -F -m 0 -E "nodiscard,root_owner=$uid:$uid" "$image.new" >&2 || { rm -f "$image.new"; exit 1; }
      sync "$image.new" && mv -f "$image.new" "$image" || exit 1
    fi
    if ! mount -o loop,nosuid,nodev "$image" "$mount" 2>"$home/mount-error"; then
      if [ $fresh = 1 ]; then
        rm -f "$image"
        : >"$mount/.unbounded-home" || exit 1
        chown "$uid:$uid" "$mount"; kind=unbounded
      else cat "$home/mount-error" >&2; exit 1; fi
    elif [ $fresh = 1 ]; then rmdir "$mount/lost+found" 2>/dev/null; fi
  fi
fi
printf '%s\\n' "$place" | durably "$home/home" || exit 1
printf '%s\\n' "$kind" | durably "$home/home-kind" || exit 1
say home "$kind"
say uid "$uid"
`;

/**
 * `$3` node, `$4` image id, `$5` login, `$6` host name, `$7` cpus, `$8` memory bytes, `$9` shared memory bytes, `$10` processes, `$11` CDI kind, then the GPUs as `index/uuid`. On standard input the files, a line each: name and
 * content in base 64.
 *
 * GPUs are looked up by uuid where the node has nvidia-smi: their numbers may change at every boot. No privilege but those sshd and sudo need, all of them of a user namespace: root inside is
 * nobody outside. NVIDIA_VISIBLE_DEVICES=void because images of NVIDIA set it to "all", and a node may still have the hook that obeys.
 */
export const createScript = `${fencing}
fenced "$1" "$2"
id=$1; token=$2; node=$3; image=$4; user=$5; hostname=$6; cpus=$7; memory=$8; shm=$9; shift 9
pids=$1; cdi=$2; shift 2
home=$state/allocations/$id; inside=$home/inside
uid=$(cat "$home/uid") && place=$(cat "$home/home") || fail runtime_failed "The home is not there yet."
while read -r name content; do
  case $name in */*|'') fail runtime_failed "A file has no name." ;; esac
  printf '%s' "$content" | base64 -d | durably "$home/$name" || exit 1
done
for key in host_key client_key; do
  [ -e "$home/$key" ] && continue
  rm -f "$home/$key.making" "$home/$key.making.pub"
  ssh-keygen -q -t ed25519 -N '' -C "portico $id" -f "$home/$key.making" >&2 </dev/null || exit 1
  chmod 0644 "$home/$key.making.pub"
  mv -f "$home/$key.making.pub" "$home/$key.pub" && sync "$home/$key.making" && mv -f "$home/$key.making" "$home/$key" || exit 1
done
for name in entry.sh authorized_keys host_key client_key.pub; do
  cp -f "$home/$name" "$inside/$name.new" && chmod 0644 "$inside/$name.new" || exit 1
  [ $name != host_key ] || chmod 0600 "$inside/$name.new"
  chown "$uid:$uid" "$inside/$name.new" && mv -f "$inside/$name.new" "$inside/$name" || exit 1
done
printf '%s\\n' "$user" >"$inside/user" && chmod 0755 "$inside" && chown "$uid:$uid" "$inside" || exit 1
: >"$home/gpus.new"
listed=
if [ $# -gt 0 ] && command -v nvidia-smi >/dev/null; then
  listed=$(timeout --foreground -k 5 ${NVIDIA_SMI_SECONDS} nvidia-smi -L 2>/dev/null </dev/null 3>&- 9>&-) || [ $? != 124 ] || fail runtime_failed "nvidia-smi did not answer within ${NVIDIA_SMI_SECONDS} seconds."
fi
devices=
for gpu in "$@"; do
  index=\${gpu%%/*}; uuid=\${gpu#*/}; device=$index
  if [ -n "$listed" ]; then
    device=$(printf '%s\\n' "$listed" | awk -v uuid="$uuid" '
      /^GPU [0-9]+:/ { gpu = $2; sub(":", "", gpu); if (index($0, "(UUID: " uuid ")")) print gpu }
      /^ +MIG / { if (index($0, "(UUID: " uuid ")") && match($0, /Device +[0-9]+/)) { at = substr($0, RSTART, RLENGTH); sub(/Device +/, "", at); print gpu ":" at } }')
    [ -n "$device" ] || fail gpu_unavailable "The node does not have GPU $uuid any more."
  fi
  # Two shares of one GPU are one device.
  case " $devices " in *" $cdi=$device "*) ;; *) devices="$devices $cdi=$device" ;; esac
  printf '%s %s %s\\n' "$index" "$uuid" "$device" >>"$home/gpus.new"
done
mv -f "$home/gpus.new" "$home/gpus"
printf '%s\\n' "$memory" | durably "$home/memory" || exit 1
case $user in root) login=/root ;; *) login=/home/$user ;; esac
found=$(container_state "$id") || broken $? "podman does not answer."
if [ "$found" = none ]; then
  rm -f "$home/cid" "$home/pid"
  # "$@" is the one list of a POSIX shell in which words stay words.
  set -- --name "portico-$id" --label portico.allocation="$id" --label portico.node="$node" --label portico.fencing-token="$token" --label portico.state="$state" \\
    --hostname "$hostname" --network "portico-$id" --uidmap "0:$uid:${UIDS_PER_CONTAINER}" --gidmap "0:$uid:${UIDS_PER_CONTAINER}" \\
    --cap-drop all --cpus "$cpus" --memory "$memory" --memory-swap "$memory" --shm-size "$shm" --pids-limit "$pids" --cgroupns private \\
    --restart no --pull never --image-volume ignore --no-healthcheck --http-proxy=false --stop-timeout $((${STOP_GRACE_SECONDS} + 5)) \\
    --log-driver k8s-file --log-opt max-size=${LOG_BYTES_MAX} --cidfile "$home/cid" --pidfile "$home/pid" \\
    --env-file "$home/environment" --env NVIDIA_VISIBLE_DEVICES=void --user 0:0 --workdir / --entrypoint '["/bin/sh","/run/portico/entry.sh"]' \\
    --mount "type=bind,src=$inside,dst=/run/portico,ro" --mount "type=bind,src=$place,dst=$login"
  for capability in CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP SETFCAP NET_BIND_SERVICE SYS_CHROOT AUDIT_WRITE; do set -- "$@" --cap-add $capability; done
  for device in $devices; do set -- "$@" --device "$device"; done
  servers=$(cat "$home/nameservers")
  if [ -z "$servers" ]; then set -- "$@" --dns none; fi
  for server in $servers; do set -- "$@" --dns "$server"; done
  number=0
  while read -r scratch; do
    [ "$scratch" = "$place" ] || { number=$((number + 1)); set -- "$@" --mount "type=bind,src=$scratch,dst=/scratch/$number"; }
  done <"$home/scratch"
  # Only this file system can bound what is written outside of the home; podman refuses the option anywhere else.
  graph=$(pod ${PODMAN_SECONDS} info --format '{{.Store.GraphRoot}}') || broken $? "podman does not answer."
  if [ "$(stat -f -c %T "$graph")" = xfs ] && awk -v at="$(df --output=target "$graph" | tail -n 1)" '$2 == at && $4 ~ /(^|,)(prjquota|pquota)(,|$)/ { found = 1 } END { exit !found }' /proc/mounts; then
    set -- "$@" --storage-opt "size=$(df -B1 --output=size "$place" | tail -n 1 | tr -d ' ')"
  fi
  pod ${PODMAN_START_SECONDS} create "$@" "$image" >/dev/null || exit 1
fi
`;

/** Starts the container unless it runs, and waits until its sshd answers with the key that was made for it: no other answer will do. Only then it counts as created. */
export const startScript = `${fencing}
fenced "$1" "$2"
home=$state/allocations/$1
[ -r "$home/firewall.nft" ] && nft list table inet "portico_$1" >/dev/null 2>&1 || nft -f "$home/firewall.nft" || fail isolation_unavailable "The node does not take the rules that keep the container off its networks."
found=$(container_state "$1") || broken $? "podman does not answer."
say was "$found"
if [ "$found" != running ]; then pod ${PODMAN_START_SECONDS} start "portico-$1" >/dev/null || exit 1; fi
address=$(pod ${PODMAN_SECONDS} container inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "portico-$1") || broken $? "The container cannot be inspected."
key=$(cut -d' ' -f2 "$home/host_key.pub")
tries=0
until ssh-keyscan -T 2 -t ed25519 "$address" 2>/dev/null 3>&- 9>&- | grep -qF " $key"; do
  found=$(container_state "$1") || broken $? "podman does not answer."
  if [ "$found" != running ]; then
    code=$(pod ${PODMAN_SECONDS} container inspect --format '{{.State.ExitCode}}' "portico-$1")
    [ "$code" != 78 ] || fail image_missing "The image has no sshd, by which Portico lets people in: install openssh-server in it."
    pod ${PODMAN_SECONDS} logs --tail 5 "portico-$1" >&2
    fail runtime_failed "The container ended at once, with exit code $code."
  fi
  tries=$((tries + 1))
  [ $tries -lt $((${ANSWER_SECONDS} * 4)) ] || fail runtime_failed "The container runs, but its sshd did not answer within ${ANSWER_SECONDS} seconds."
  sleep 0.25
done
printf '%s\\n' "$address" | durably "$home/address" || exit 1
[ -e "$home/started" ] && [ "$found" = running ] || date +%s | durably "$home/started" || exit 1
printf 'created\\n' | durably "$home/phase" || exit 1
say address "$address"
say age "$(($(date +%s) - $(cat "$home/started")))"
`;
