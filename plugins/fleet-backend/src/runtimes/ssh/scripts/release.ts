import { PODMAN_SECONDS, STOP_GRACE_SECONDS } from '../limits';
import { fencing } from './prelude';

/**
 * Ends everything of an allocation and says so only when it has looked that each is gone. Every line may be the last before a crash: what is gone already is no error, and the state directory, by
 * which the rest is known, goes last. A full disk must not stop it, for it is what makes room: the fence, which is a file too, is raised before where that works, and after in any case.
 */
export const releaseScript = `${fencing}
lock "$1"
refuse_stale "$1" "$2"
raised=1; raise "$1" "$2" 2>/dev/null || raised=0
home=$state/allocations/$1
[ ! -d "$home" ] || printf 'releasing\\n' 2>/dev/null | durably "$home/phase" 2>/dev/null
if has_container "$1"; then
  pod $((${STOP_GRACE_SECONDS} + ${PODMAN_SECONDS})) stop -t $((${STOP_GRACE_SECONDS} + 2)) "portico-$1" >/dev/null 2>&1
  remove_container "$1"
fi
if has_network "$1"; then pod ${PODMAN_SECONDS} network rm -f "portico-$1" >/dev/null || exit 1; fi
if nft list table inet "portico_$1" >/dev/null 2>&1; then nft delete table inet "portico_$1" || exit 1; fi
if [ -r "$home/scratch" ]; then
  while read -r scratch; do
    mountpoint -q "\${scratch%/*}" || fail runtime_failed "\${scratch%/*}, which has the home of this allocation, is not mounted on the node, so it cannot be removed."
  done <"$home/scratch"
fi
mount=$state/homes/$1
while mountpoint -q "$mount"; do
  umount "$mount" 2>/dev/null || { sleep 0.2; umount "$mount" || fail runtime_failed "The home is still in use on the node and cannot be unmounted."; }
done
# The kernel lets go of the file a moment after the last mount of it has gone.
tries=0
while [ -e "$state/homes/$1.img" ] && [ -n "$(losetup -j "$state/homes/$1.img" 2>/dev/null)" ]; do
  tries=$((tries + 1))
  [ $tries -lt 50 ] || fail runtime_failed "The home is still in use on the node: something there holds its file system."
  sleep 0.1
done
rm -rf "$mount" "$state/homes/$1.img" "$state/homes/$1.img.new" "$state/nvme/"*"/portico-$1" || exit 1
for range in $(grep -lxF -- "$1" "$state/ranges/"[0-9]* 2>/dev/null); do rm -f "$range" || exit 1; done
rm -f "$state/ranges/"*.new 2>/dev/null
if has_container "$1"; then fail runtime_failed "The container is still there."; fi
if has_network "$1"; then fail runtime_failed "The network is still there."; fi
rm -rf "$home" || exit 1
[ $raised = 1 ] || raise "$1" "$2" || exit 1
for path in "$home" "$mount" "$state/homes/$1.img"; do [ ! -e "$path" ] || fail runtime_failed "$path is still there."; done
say gone "$1"
`;
