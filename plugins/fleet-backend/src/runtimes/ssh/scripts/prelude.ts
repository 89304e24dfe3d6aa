import { CONTAINERS_CONF_PATH, NODE_STATE_DIRECTORY } from '../../../ssh/node-files';
import { FENCE_KEPT_DAYS, FENCE_WAIT_SECONDS, PODMAN_SECONDS, PODMAN_START_SECONDS } from '../limits';

/**
 * What every script on a node begins with. POSIX sh; runs as root.
 *
 * State on the node, below `/var/lib/portico` (`PORTICO_STATE_DIRECTORY` in the login's environment moves it, so that one machine can be several nodes):
 *
 * - `allocations/<id>/`: what there is of an allocation, from the first thing made for it until release has confirmed that all of it is gone. `inside/` is what the container sees of it.
 * - `homes/<id>.img`, mounted at `homes/<id>`: its home. `nvme/<namespace>`: where the operator mounts the NVMe namespaces that slots own.
 * - `ranges/<n>`: which allocation has the n-th range of user ids.
 * - `fences/<id>`: the highest fencing token seen. It outlives the allocation, so that a worker cut off since before the release makes nothing anew; pruned after weeks.
 *
 * Answers go to standard output as lines `key value`. `fail` ends a script with a code of the runtime and a sentence. No program that stays (podman's monitors) may inherit the script's
 * descriptors: the lock would be held, and the connection kept, for as long as the container lives.
 */
export const prelude = `set -u
umask 022
state=\${PORTICO_STATE_DIRECTORY:-${NODE_STATE_DIRECTORY}}
conf=\${PORTICO_CONTAINERS_CONF:-${CONTAINERS_CONF_PATH}}
if [ -z "\${CONTAINERS_CONF:-}" ] && [ -r "$conf" ]; then export CONTAINERS_CONF=$conf; fi
exec 3>&1
say() { printf '%s %s\\n' "$1" "$2" >&3; }
fail() { printf '!%s %s\\n' "$1" "$2" >&3; exit 99; }
# A command substitution or a pipe that failed: it said why, or the words given do.
broken() { [ "$1" = 99 ] && exit 99; fail runtime_failed "$2"; }
pod() {
  seconds=$1; shift
  timeout --foreground -k 5 "$seconds" podman "$@" 3>&- 8>&- 9>&-
  status=$?
  case $status in 124|137) fail runtime_failed "podman did not answer within $seconds seconds (podman $1)." ;; esac
  return $status
}
known() { [ -e "$state/allocations/$1" ]; }
# 0: there is a container, or what podman's storage still has of one it has forgotten; 1: there is none. Anything else is doubt, and ends the script.
has_container() {
  pod ${PODMAN_SECONDS} container exists --external "portico-$1"; rc=$?
  [ $rc -le 1 ] || broken $rc "podman cannot say whether there is a container."
  return $rc
}
has_network() {
  pod ${PODMAN_SECONDS} network exists "portico-$1"; rc=$?
  [ $rc -le 1 ] || broken $rc "podman cannot say whether there is a network."
  return $rc
}
# A word: none, forgotten, or what podman calls its state.
container_state() {
  if has_container "$1"; then
    pod ${PODMAN_SECONDS} container exists "portico-$1"
    case $? in
      0) pod ${PODMAN_SECONDS} container inspect --format '{{.State.Status}}' "portico-$1" || broken $? "podman cannot inspect the container." ;;
      1) echo forgotten ;;
      *) broken $? "podman cannot say whether there is a container." ;;
    esac
  else echo none; fi
}
# The mounts of a container that has just ended may be busy for a moment, and podman then forgets it half-way.
remove_container() {
  tries=0
  while has_container "$1"; do
    said=$(pod ${PODMAN_START_SECONDS} rm -f -t 0 -v "portico-$1" 2>&1) && continue
    [ $? != 99 ] || exit 99
    tries=$((tries + 1))
    [ $tries -lt 10 ] || { printf '%s\\n' "$said" >&2; exit 1; }
    sleep 0.2
  done
}
durably() { cat >"$1.new" && sync "$1.new" && mv -f "$1.new" "$1"; }
`;

/**
 * Takes the allocation's lock on the node, compares the token with the highest seen and raises that. Everything a script then does it does under the lock, so no older worker acts between
 * the comparison and the act. The lock goes with the script's process.
 */
export const fencing = `${prelude}
lock() {
  mkdir -p "$state/fences" "$state/allocations" "$state/homes" "$state/ranges" || exit 1
  chmod 0711 "$state" "$state/allocations" "$state/homes"
  chmod 0700 "$state/fences" "$state/ranges"
  exec 9>>"$state/fences/$1.lock" || exit 1
  flock -w ${FENCE_WAIT_SECONDS} 9 || fail runtime_failed "Another change of this allocation is still under way on the node."
}
highest() { cat "$state/fences/$1" 2>/dev/null || echo 0; }
refuse_stale() {
  [ "$2" -ge "$(highest "$1")" ] || fail stale_fencing_token "A newer task has taken this allocation over."
}
raise() { [ "$2" -le "$(highest "$1")" ] || printf '%s\\n' "$2" | durably "$state/fences/$1"; }
fenced() {
  lock "$1"
  refuse_stale "$1" "$2"
  raise "$1" "$2" || exit 1
}
prune_fences() {
  find "$state/fences" -type f -mtime +${FENCE_KEPT_DAYS} 2>/dev/null | while read -r fence; do
    id=\${fence##*/}; id=\${id%.lock}
    known "$id" || rm -f "$fence"
  done
}
`;
