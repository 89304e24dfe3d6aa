import { NVIDIA_SMI_SECONDS } from '../limits';
import { prelude } from './prelude';

/**
 * One reading of everything that runs on the node, in one round trip and without podman: from the control groups of each container's first process (v1 and v2), its own network namespace, its
 * home's file system, and nvidia-smi once for all. The process id is believed only while its control group names the container.
 */
export const measureScript = `${prelude}
number() { read -r n 2>/dev/null <"$1" && echo "$n" || echo 0; }
cd "$state/allocations" 2>/dev/null || exit 0
for id in *; do
  [ -r "$id/pid" ] && [ -r "$id/cid" ] || continue
  pid=$(cat "$id/pid"); cid=$(cat "$id/cid")
  groups=$(cat "/proc/$pid/cgroup" 2>/dev/null) || continue
  case $groups in *"$cid"*) ;; *) continue ;; esac
  group() { printf '%s\\n' "$groups" | awk -F: -v name="$1" '$2 == name || (name != "" && index("," $2 ",", "," name ",")) { print $3; exit }'; }
  unified=/sys/fs/cgroup$(group '')
  if [ -e "$unified/cpu.stat" ] && [ -e "$unified/memory.current" ]; then
    clock=$(cut -d' ' -f1 /proc/uptime); cpu=$(awk '$1 == "usage_usec" { printf "%.0f", $2 * 1000 }' "$unified/cpu.stat")
    memory=$(number "$unified/memory.current"); limit=$(number "$unified/memory.max")
    cache=$(awk '$1 == "inactive_file" { print $2 }' "$unified/memory.stat")
    processes=$(find "$unified" -name cgroup.procs -exec cat {} + 2>/dev/null | wc -l)
  else
    memory_group=/sys/fs/cgroup/memory$(group memory); clock=$(cut -d' ' -f1 /proc/uptime); cpu=$(number "/sys/fs/cgroup/cpuacct$(group cpuacct)/cpuacct.usage")
    memory=$(number "$memory_group/memory.usage_in_bytes"); limit=$(number "$memory_group/memory.limit_in_bytes")
    cache=$(awk '$1 == "total_inactive_file" { print $2 }' "$memory_group/memory.stat")
    processes=$(find "/sys/fs/cgroup/pids$(group pids)" -name cgroup.procs -exec cat {} + 2>/dev/null | wc -l)
  fi
  net=$(awk '/eth0:/ { sub(/^.*eth0:/, ""); print $1, $9; exit }' "/proc/$pid/net/dev")
  disk=$(stat -f -c '%S %b %f' "$(cat "$id/home")" | awk '{ printf "%.0f %.0f", $1 * ($2 - $3), $1 * $2 }')
  started=$(awk '{ sub(/^.*\\) /, ""); print $20 }' "/proc/$pid/stat")
  printf 'instance %s %.0f %s %s %s %s %s %s %s %s\\n' "$id" "$cpu" "$memory" "\${cache:-0}" "$limit" "$processes" "\${net:-0 0}" "\${disk:-0 0}" "\${started:-0}" "$clock" >&3
  while read -r index uuid device; do say gpu "$id $index $uuid $device"; done <"$id/gpus" 2>/dev/null
done
if command -v nvidia-smi >/dev/null; then
  timeout --foreground -k 5 ${NVIDIA_SMI_SECONDS} nvidia-smi --query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw --format=csv,noheader,nounits 2>/dev/null </dev/null | sed 's/^/load /' >&3
fi
exit 0
`;

/** What the node is, for the heartbeat: cheap, and podman is asked, since a node whose podman hangs takes no work. */
export const probeScript = `${prelude}
version=$(pod 20 version --format '{{.Client.Version}}' 2>/dev/null) || fail isolation_unavailable "There is no working podman on the node."
say podman "$version"
[ -e /sys/fs/cgroup/cgroup.controllers ] && say cgroup 2 || say cgroup 1
say cpus "$(getconf _NPROCESSORS_ONLN)"
say memory "$(awk '$1 == "MemTotal:" { printf "%.0f", $2 * 1024 }' /proc/meminfo)"
mkdir -p "$state" && say free "$(df -Pk "$state" | awk 'NR == 2 { printf "%.0f", $4 * 1024 }')"
if command -v nvidia-smi >/dev/null; then
  timeout --foreground -k 5 ${NVIDIA_SMI_SECONDS} nvidia-smi --query-gpu=index,uuid,name,memory.total,pci.bus_id --format=csv,noheader,nounits 2>/dev/null </dev/null | while IFS=, read -r index uuid name memory bus; do
    address=$(printf '%s' "$bus" | tr 'A-Z' 'a-z' | tr -d ' '); address=\${address#0000}
    numa=$(cat "/sys/bus/pci/devices/$address/numa_node" 2>/dev/null || echo 0)
    printf 'gpu %s,%s,%s,%s,%s\\n' "$index" "$uuid" "$name" "$memory" "$numa" >&3
  done
fi
exit 0
`;
