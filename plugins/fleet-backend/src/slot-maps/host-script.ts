/**
 * Prints what a host has, one record per line, fields separated by tabs, an absent value as `-`. POSIX shell and nothing that a minimal system lacks; values are read by the shell itself,
 * because a host has hundreds of PCI devices and a process for each file would take seconds. It only reads. The host's tree begins at `$1`, or where
 * `PORTICO_HOST_ROOT` of the login's environment says: empty on a real node, a captured tree in tests.
 */
export const hostScript = String.raw`
root=\${PORTICO_HOST_ROOT:-$1}
first() { value=-; [ -r "$1" ] && IFS= read -r value <"$1" 2>/dev/null; [ -n "$value" ] || value=-; }
target() { value=-; [ -L "$1" ] && { value=$(readlink "$1"); value=\${value##*/}; }; }
printf 'portico-host\t1\n'
first "$root/etc/machine-id"; printf 'machine\t%s\n' "$value"

for node in "$root"/sys/devices/system/node/node[0-9]*; do
  [ -d "$node" ] || continue
  # A shell that reads byte by byte gets nothing from this file.
  cpus=$(cat "$node/cpulist" 2>/dev/null); [ -n "$cpus" ] || cpus=-
  memory=-
  while read -r _ _ key amount _; do [ "$key" = MemTotal: ] && memory=$amount && break; done <"$node/meminfo"
  printf 'numa\t%s\t%s\t%s\n' "\${node##*/node}" "$cpus" "$memory"
done

for device in "$root"/sys/bus/pci/devices/*; do
  first "$device/class"
  case $value in 0x0108*|0x02*|0x03*|0x12*) ;; *) continue ;; esac
  class=$value
  first "$device/vendor"; vendor=$value
  first "$device/device"; product=$value
  first "$device/numa_node"; numa=$value
  first "$device/sriov_totalvfs"; total=$value
  first "$device/sriov_numvfs"; active=$value
  target "$device/physfn"; physical=$value
  target "$device/driver"; driver=$value
  printf 'pci\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "\${device##*/}" "$class" "$vendor" "$product" "$numa" "$total" "$active" "$physical" "$driver"
  for interface in "$device"/net/*; do
    [ -e "$interface" ] || continue
    target "$interface/master"
    printf 'net\t%s\t%s\t%s\n' "\${device##*/}" "\${interface##*/}" "$value"
  done
done

for controller in "$root"/sys/class/nvme/nvme*; do
  [ -e "$controller" ] || continue
  first "$controller/address"; address=$value
  first "$controller/numa_node"; numa=$value
  [ "$numa" = - ] && { first "$controller/device/numa_node"; numa=$value; }
  first "$controller/serial"; serial=$value
  first "$controller/model"; model=$value
  printf 'nvme\t%s\t%s\t%s\t%s\t%s\n' "\${controller##*/}" "$address" "$numa" "$serial" "$model"
  for path in "$controller"/nvme*n*; do
    [ -d "$path" ] && printf 'nvmepath\t%s\t%s\n' "\${controller##*/}" "\${path##*/}"
  done
done

for block in "$root"/sys/block/nvme*n*; do
  [ -e "$block" ] || continue
  case \${block##*/} in nvme*c*n*) continue ;; esac
  first "$block/size"; size=$value
  first "$block/wwid"; wwid=$value
  first "$block/nsid"; nsid=$value
  printf 'block\t%s\t%s\t%s\t%s\n' "\${block##*/}" "$size" "$wwid" "$nsid"
  for holder in "$block"/holders/* "$block"/nvme*p[0-9]*/holders/*; do
    [ -L "$holder" ] && printf 'holder\t%s\t%s\n' "\${block##*/}" "\${holder##*/}"
  done
  for partition in "$block"/nvme*p[0-9]*; do
    [ -d "$partition" ] && printf 'partition\t%s\t%s\n' "\${block##*/}" "\${partition##*/}"
  done
  if [ -z "$root" ] && command -v blkid >/dev/null 2>&1; then
    content=$(blkid -p -o value -s TYPE "/dev/\${block##*/}" 2>/dev/null)
    [ -n "$content" ] && printf 'content\t%s\t%s\n' "\${block##*/}" "$content"
  fi
done

for link in "$root"/dev/disk/by-id/nvme-*; do
  [ -L "$link" ] || continue
  target "$link"
  printf 'byid\t%s\t%s\n' "$value" "\${link##*/}"
done

while read -r device point kind _; do
  case $device in /dev/nvme*) printf 'mount\t%s\t%s\t%s\n' "\${device##*/}" "$point" "$kind" ;; esac
done <"$root/proc/mounts"
if [ -r "$root/proc/swaps" ]; then
  while read -r device _; do
    case $device in /dev/nvme*) printf 'mount\t%s\t-\tswap\n' "\${device##*/}" ;; esac
  done <"$root/proc/swaps"
fi
if [ -r "$root/proc/net/route" ]; then
  while read -r interface _; do printf 'route\t%s\n' "$interface"; done <"$root/proc/net/route"
fi

csv=; list=
if [ -n "$root" ] && [ -r "$root/nvidia-smi.csv" ]; then
  csv=$(cat "$root/nvidia-smi.csv"); list=$(cat "$root/nvidia-smi-list" 2>/dev/null)
elif command -v nvidia-smi >/dev/null 2>&1; then
  csv=$(nvidia-smi --query-gpu=index,uuid,name,memory.total,pci.bus_id,mig.mode.current --format=csv,noheader,nounits 2>&1) || printf 'problem\tnvidia-smi: %s\n' "$(printf %s "$csv" | tr '\n\t' '  ' | cut -c1-400)"
  list=$(nvidia-smi -L 2>/dev/null)
else
  printf 'problem\tThere is no nvidia-smi on this node, so no NVIDIA GPU could be read.\n'
fi
[ -n "$csv" ] && printf '%s\n' "$csv" | while IFS= read -r line; do printf 'gpu\t%s\n' "$line"; done
[ -n "$list" ] && printf '%s\n' "$list" | while IFS= read -r line; do printf 'gpulist\t%s\n' "$line"; done
printf 'end\n'
`.replaceAll('\\${', '${');
