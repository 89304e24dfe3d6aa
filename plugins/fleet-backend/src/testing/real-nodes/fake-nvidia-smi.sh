#!/bin/sh
# Stands in for nvidia-smi: a table instead of a driver, of which it shows the GPUs whose device nodes are there. In a container that is what was granted to it.
table=/usr/share/portico-fake-gpus/gpus
units=1 header=1 query='' only=''
rows() {
  number=0
  while IFS='|' read -r host_index uuid model memory bus used busy celsius watts; do
    [ -e "/dev/nvidia$host_index" ] || continue
    case ",$only," in ,,|*,"$number",*|*,"$uuid",*) ;; *) number=$((number + 1)); continue ;; esac
    "$1"
    number=$((number + 1))
  done <"$table"
}
amount() { if [ "$units" = 1 ]; then printf '%s %s' "$1" "$2"; else printf '%s' "$1"; fi; }
field() {
  case $1 in
    index) printf '%s' "$number" ;;
    uuid|gpu_uuid) printf '%s' "$uuid" ;;
    name|gpu_name) printf '%s' "$model" ;;
    count) grep -c . "$table" | tr -d '\n' ;;
    pci.bus_id|gpu_bus_id) printf '%s' "$bus" ;;
    driver_version) printf '550.54.15' ;;
    memory.total) amount "$memory" MiB ;;
    memory.used) amount "$used" MiB ;;
    memory.free) amount "$((memory - used))" MiB ;;
    utilization.gpu) amount "$busy" % ;;
    utilization.memory) amount "$((used * 100 / memory))" % ;;
    temperature.gpu) printf '%s' "$celsius" ;;
    power.draw) amount "$watts" W ;;
    power.limit) amount 700.00 W ;;
    mig.mode.current) if grep -q "^$uuid|" "$table.mig" 2>/dev/null; then printf Enabled; else printf Disabled; fi ;;
    serial|ecc.errors.uncorrected.volatile.total) printf '[N/A]' ;;
    *) return 1 ;;
  esac
}
fields_of_one() {
  comma=''
  for name in $(echo "$query" | tr ',' ' '); do
    printf '%s' "$comma"
    field "$name"
    comma=', '
  done
  echo
}
list_of_one() {
  echo "GPU $number: $model (UUID: $uuid)"
  [ -e "$table.mig" ] || return 0
  instance=0
  while IFS='|' read -r parent profile mig; do
    [ "$parent" = "$uuid" ] || continue
    printf '  MIG %-11s Device %2s: (UUID: %s)\n' "$profile" "$instance" "$mig"
    instance=$((instance + 1))
  done <"$table.mig"
}
line_of_one() { echo "| $number  $model  $bus  ${celsius}C  ${watts}W  ${used}MiB / ${memory}MiB  ${busy}% |"; }
if [ ! -e "$table" ]; then
  echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver." >&2
  exit 9
fi
action=table
while [ $# -gt 0 ]; do
  case $1 in
    -L|--list-gpus) action=list ;;
    --query-gpu=*) action=query query=${1#*=} ;;
    --query-compute-apps=*) exit 0 ;;
    --format=*)
      case $1 in *noheader*) header=0 ;; esac
      case $1 in *nounits*) units=0 ;; esac ;;
    -i) shift; only=$1 ;;
    -i=*|--id=*) only=${1#*=} ;;
    *) echo "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help." >&2; exit 1 ;;
  esac
  shift
done
case $action in
  list) rows list_of_one ;;
  query)
    query=$(echo "$query" | tr -d ' ')
    number=0 uuid='' model='' memory=1 bus='' used=0 busy=0 celsius=0 watts=0
    for name in $(echo "$query" | tr ',' ' '); do
      field "$name" >/dev/null || { echo "Field \"$name\" is not a valid field to query."; exit 2; }
    done
    [ "$header" = 0 ] || echo "$query" | sed 's/,/, /g'
    rows fields_of_one ;;
  table) echo '| NVIDIA-SMI 550.54.15   Driver Version: 550.54.15   CUDA Version: 12.4 |'; rows line_of_one ;;
esac
