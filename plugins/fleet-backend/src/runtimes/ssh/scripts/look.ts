import { PODMAN_SECONDS } from '../limits';
import { fencing, prelude } from './prelude';

/**
 * Says of one allocation what is there. `absent` is said only when podman answers that there is neither container nor network, and none of its files, mounts, rules and ranges is left: anything
 * else is `stopped`, and what podman does not answer ends the script. Half-made while somebody holds the allocation's lock is `starting`.
 *
 * A running container whose rules are gone (somebody reloaded the node's firewall) gets them again, or is not called running.
 */
const observing = `
left_of() {
  for path in "$state/allocations/$1" "$state/homes/$1" "$state/homes/$1.img" "$state/homes/$1.img.new" "$state/nvme/"*"/portico-$1"; do
    [ ! -e "$path" ] || echo "$path"
  done
  grep -lxF -- "$1" "$state/ranges/"[0-9]* 2>/dev/null
  nft list table inet "portico_$1" >/dev/null 2>&1 && echo "firewall rules"
  if has_network "$1"; then echo "network"; fi
}
observe() {
  home=$state/allocations/$1
  phase=$(cat "$home/phase" 2>/dev/null || echo creating)
  busy=no
  if [ -e "$state/fences/$1.lock" ] && ! ( flock -n 9 ) 9<"$state/fences/$1.lock"; then busy=yes; fi
  found=$(container_state "$1") || broken $? "podman does not answer."
  if [ "$found" = forgotten ]; then printf 'instance %s %s %s forgotten 0 false 0\\n' "$1" "$phase" "$busy" >&3
  elif [ "$found" != none ]; then
    facts=$(pod ${PODMAN_SECONDS} container inspect --format '{{.State.Status}} {{.State.ExitCode}} {{.State.OOMKilled}} {{.State.FinishedAt.Unix}}' "portico-$1") || broken $? "podman cannot inspect the container."
    set -- "$1" $facts
    if [ "$2" = running ] && ! nft list table inet "portico_$1" >/dev/null 2>&1; then
      nft -f "$home/firewall.nft" || fail isolation_unavailable "The rules that keep the container off the node's networks are gone and cannot be set again."
    fi
    printf 'instance %s %s %s %s %s %s %s\\n' "$1" "$phase" "$busy" "$2" "$3" "$4" "$5" >&3
  else
    rest=$(left_of "$1") || [ $? != 99 ] || exit 99
    if [ -n "$rest" ]; then printf 'instance %s %s %s none 0 false 0\\n' "$1" "$phase" "$busy" >&3
    else printf 'instance %s absent %s none 0 false 0\\n' "$1" "$busy" >&3; fi
  fi
}
`;

export const observeScript = `${prelude}${observing}
say now "$(date +%s)"
observe "$1"
`;

/** Everything of this runtime on the node, by every trace it may have left: a container that podman forgot still has a home. */
export const listScript = `${prelude}${observing}
say now "$(date +%s)"
named=$(pod ${PODMAN_SECONDS} ps --all --filter "label=portico.state=$state" --format '{{.Names}}') || broken $? "podman cannot list the containers."
nets=$(pod ${PODMAN_SECONDS} network ls --filter "label=portico.state=$state" --format '{{.Name}}') || broken $? "podman cannot list the networks."
ids=$(
  for name in $named $nets; do echo "\${name#portico-}"; done
  for path in "$state/allocations/"* "$state/homes/"*; do
    [ -e "$path" ] || continue
    name=\${path##*/}; name=\${name%.new}; echo "\${name%.img}"
  done
  cat "$state/ranges/"[0-9]* 2>/dev/null
)
for id in $(printf '%s\\n' "$ids" | grep -E '^[A-Za-z0-9_]+$' | sort -u); do observe "$id"; done
`;

/** What a client of the container's sshd must know. The private key leaves the node only inside the connection. */
export const accessScript = `${prelude}
home=$state/allocations/$1
found=$(container_state "$1") || broken $? "podman does not answer."
[ "$found" = running ] && [ "$(cat "$home/phase" 2>/dev/null)" = created ] || fail instance_missing "No container of this allocation runs on the node."
say address "$(cat "$home/address")"
say username "$(cat "$home/inside/user")"
say host_key "$(cut -d' ' -f1,2 "$home/host_key.pub")"
say client_key "$(base64 <"$home/client_key" | tr -d '\\n')"
`;

/** Replaces what users may log in with, all at once: sshd reads the file at every login, and it is never half-written. */
export const keysScript = `${fencing}
known "$1" || fail instance_missing "Nothing of this allocation is on the node."
lock "$1"
home=$state/allocations/$1
[ -e "$home/inside/authorized_keys" ] || fail instance_missing "Nothing of this allocation is on the node."
base64 -d >"$home/inside/authorized_keys.new" || exit 1
chown "$(cat "$home/uid"):$(cat "$home/uid")" "$home/inside/authorized_keys.new" && chmod 0644 "$home/inside/authorized_keys.new" || exit 1
cp -f "$home/inside/authorized_keys.new" "$home/authorized_keys" && mv -f "$home/inside/authorized_keys.new" "$home/inside/authorized_keys" || exit 1
`;
