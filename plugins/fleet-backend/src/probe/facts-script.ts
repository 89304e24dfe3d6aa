import { CONTAINERS_CONF_PATH } from '../ssh/node-files';

/**
 * Gathers all the checks look at, in one round trip, changing nothing. Each fact is a line `name<TAB>value`; a name may come several times. What cannot be found out is left out, so that the
 * judgement and not the script decides what that means. POSIX sh and what every distribution has; the rest is asked for before it is used.
 */
export const factsScript = `
say() { printf '%s\\t%s\\n' "$1" "$2"; }
has() { command -v "$1" >/dev/null 2>&1; }
say uid "$(id -u)"
say now "$(date +%s)"
say kernel "$(uname -s) $(uname -r)"
say machine "$(uname -m)"
say system "$(. /etc/os-release 2>/dev/null; echo "\${PRETTY_NAME:-unknown}")"
say boot "$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)"
say cpus "$(nproc --all 2>/dev/null || grep -c ^processor /proc/cpuinfo)"
say memory "$(awk '/^MemTotal:/ { printf "%.0f\\n", $2 * 1024; exit }' /proc/meminfo)"
say cgroup_filesystem "$(stat -fc %T /sys/fs/cgroup 2>/dev/null)"
[ -d /sys/fs/cgroup/unified ] && say cgroup_unified_beside yes
if [ -r /sys/fs/cgroup/cgroup.controllers ]; then say controllers "$(cat /sys/fs/cgroup/cgroup.controllers)"
else say controllers "$(ls /sys/fs/cgroup 2>/dev/null | tr '\\n' ' ')"; fi
[ -d /run/systemd/system ] && say systemd yes
say open_files_hard "$(ulimit -Hn)"
say processes_hard "$(sh -c 'ulimit -Hu' 2>/dev/null || awk '/^Max processes/ { print $4 }' /proc/self/limits)"
if (ulimit -Hn 1048576 && ulimit -n 1048576) 2>/dev/null; then say limits_raisable yes; else say limits_raisable no; fi
for runtime in crun runc; do has $runtime && say oci_runtime $runtime; done
if has podman; then
  conf=${CONTAINERS_CONF_PATH}
  [ -r "$conf" ] && { say containers_conf yes; export CONTAINERS_CONF="$conf"; }
  say podman "$(timeout 10 podman --version 2>/dev/null | awk '{ print $NF }')"
  if info=$(timeout 20 podman info --format '{{.Host.OCIRuntime.Name}} {{.Store.GraphRoot}}' 2>&1); then
    say podman_runtime "\${info%% *}"
    store=\${info#* }
  else
    said=$(printf '%s' "$info" | tail -n 1 | cut -c 1-300)
    say podman_error "\${said:-it does not answer}"
  fi
fi
has nvidia-ctk && say nvidia_ctk "$(nvidia-ctk --version 2>/dev/null | awk 'NR == 1 { print $NF }')"
for file in /etc/cdi/*.json /etc/cdi/*.yaml /etc/cdi/*.yml /var/run/cdi/*.json /var/run/cdi/*.yaml /var/run/cdi/*.yml; do
  [ -r "$file" ] || continue
  kind=$(grep -Eo '"?kind"?: *"?[^", ]+' "$file" | head -n 1 | sed 's/.*: *"\\{0,1\\}//')
  say cdi "$file \${kind:-unknown} $(grep -Eo '"?name"?: *"?[^",]+' "$file" | wc -l)"
done
cards=0
for card in /sys/bus/pci/devices/*; do
  [ -r "$card/vendor" ] || continue
  case "$(cat "$card/vendor"):$(cat "$card/class")" in 0x10de:0x03*) cards=$((cards + 1)) ;; esac
done
say gpu_cards $cards
if has nvidia-smi; then
  if gpus=$(timeout 20 nvidia-smi --query-gpu=index,uuid,name,memory.total,driver_version --format=csv,noheader,nounits 2>&1) ||
     gpus=$(timeout 20 nvidia-smi --query-gpu=index,uuid,name,memory.total --format=csv,noheader,nounits 2>&1); then
    printf '%s\\n' "$gpus" | while IFS= read -r gpu; do [ -n "$gpu" ] && say gpu "$gpu"; done
  else
    said=$(printf '%s' "$gpus" | tail -n 1 | cut -c 1-300)
    say gpu_error "\${said:-it does not answer}"
  fi
fi
domains=0
for domain in /sys/devices/system/node/node[0-9]*; do [ -d "$domain" ] && domains=$((domains + 1)); done
say numa_domains $domains
for disk in /sys/block/nvme*n*; do [ -r "$disk/size" ] && say nvme "\${disk##*/} $(($(cat "$disk/size") * 512))"; done
for card in /sys/class/net/*/device/sriov_totalvfs; do
  [ -r "$card" ] || continue
  name=\${card#/sys/class/net/}
  say sriov "\${name%%/*} $(cat "$card") $(cat "\${card%totalvfs}numvfs")"
done
say forwarding "$(cat /proc/sys/net/ipv4/ip_forward 2>/dev/null)"
for file in /usr/lib/podman/netavark /usr/libexec/podman/netavark; do [ -x "$file" ] && say network_backend netavark && break; done
for file in /usr/lib/cni/bridge /opt/cni/bin/bridge /usr/libexec/cni/bridge; do [ -x "$file" ] && say network_backend cni && break; done
for tool in nft ip flock mkfs.ext4 losetup ssh-keygen ssh-keyscan; do has $tool || say lacks $tool; done
[ -e /dev/loop-control ] && say loop_devices yes
store=\${store:-/var/lib/containers}
while [ ! -d "$store" ]; do store=$(dirname "$store"); done
df -P -B1 "$store" 2>/dev/null | awk 'NR == 2 { print $4 " " $2 }' | { read -r free total; say disk_free "$free"; say disk_total "$total"; }
`;
