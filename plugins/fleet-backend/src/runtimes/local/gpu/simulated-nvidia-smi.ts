import { quote } from '../sandbox/drop-privileges';
import type { GpuReport } from '../port';

const MiB = 1024 * 1024;
const IDLE = { memoryUsedMiB: 4, utilizationPercent: 0, temperatureCelsius: 32, powerWatts: '75.00' };

/** Every field the simulation knows, with its unit as the real program prints it. */
const FIELDS = ['index', 'name', 'uuid', 'memory.total', 'memory.used', 'memory.free', 'utilization.gpu', 'temperature.gpu', 'power.draw', 'driver_version', 'count'] as const; // prettier-ignore
const UNITS: Partial<Record<(typeof FIELDS)[number], string>> = {
  'memory.total': 'MiB', 'memory.used': 'MiB', 'memory.free': 'MiB', 'utilization.gpu': '%', 'power.draw': 'W',
}; // prettier-ignore

/**
 * An `nvidia-smi` for sandboxes with simulated GPUs: lists exactly the granted ones, in the forms scripts ask for, and says in every
 * form a person reads that they are simulated. POSIX shell, because the sandbox may have nothing else.
 */
export function simulatedNvidiaSmi(gpus: readonly GpuReport[]): string {
  const rows = gpus.map(gpu => {
    const total = Math.round(gpu.memoryBytes / MiB);
    const { memoryUsedMiB: used, utilizationPercent, temperatureCelsius, powerWatts } = IDLE;
    return [gpu.index, gpu.model, gpu.uuid, total, used, total - used, utilizationPercent, temperatureCelsius, powerWatts, 'simulated', gpus.length]
      .join('|'); // prettier-ignore
  });
  return `#!/bin/sh
# GPUs of this Portico sandbox. They are simulated: there is no hardware behind them.
gpus=${quote(rows.join('\n'))}
each() { [ -z "$gpus" ] || printf '%s\\n' "$gpus" | while IFS='|' read -r index name uuid total used free util temp power driver count; do "$@"; done; }
list() { printf 'GPU %s: %s (simulated) (UUID: %s)\\n' "$index" "$name" "$uuid"; }
row() {
  printf '| %3s  %-35.35s simulated |\\n' "$index" "$name"
  printf '|      %3sC  %7sW  %7sMiB / %6sMiB  %3s%%  |\\n' "$temp" "\${power%%.*}" "$used" "$total" "$util"
}
query() {
  line=''; rest="$fields,"
  while [ -n "$rest" ]; do
    field=\${rest%%,*}; rest=\${rest#*,}; unit=''
    case "$field" in
      index) value=$index ;; name|gpu_name) value=$name ;; uuid|gpu_uuid) value=$uuid ;; count) value=$count ;;
      memory.total) value=$total; unit=' MiB' ;; memory.used) value=$used; unit=' MiB' ;; memory.free) value=$free; unit=' MiB' ;;
      utilization.gpu) value=$util; unit=' %' ;; temperature.gpu) value=$temp ;; power.draw) value=$power; unit=' W' ;;
      driver_version) value=$driver ;; *) value='[N/A]' ;;
    esac
    [ "$units" = yes ] || unit=''
    line="\${line:+$line, }$value$unit"
  done
  printf '%s\\n' "$line"
}
fields=''; header=yes; units=yes
for argument in "$@"; do
  case "$argument" in
    -L|--list-gpus) each list; exit 0 ;;
    --query-gpu=*) fields=$(printf '%s' "\${argument#*=}" | tr -d ' ') ;;
    --format=*) case "$argument" in *noheader*) header=no ;; esac; case "$argument" in *nounits*) units=no ;; esac ;;
    -h|--help) echo 'Simulated nvidia-smi: no arguments, -L, or --query-gpu=FIELDS --format=csv[,noheader][,nounits]. Fields: ${FIELDS.join(' ')}.'; exit 0 ;;
    *) echo "The simulated nvidia-smi does not know $argument; see --help." >&2; exit 2 ;;
  esac
done
if [ -n "$fields" ]; then
  for field in $(printf '%s' "$fields" | tr ',' ' '); do
    case " ${FIELDS.join(' ')} gpu_name gpu_uuid " in *" $field "*) ;; *) echo "Field \\"$field\\" is not a valid field to query." >&2; exit 2 ;; esac
  done
  if [ "$header" = yes ]; then
    heading=$(printf '%s' "$fields" | sed 's/,/, /g')
    ${Object.entries(UNITS)
      .map(
        ([field, unit]) =>
          `[ "$units" = no ] || heading=$(printf '%s' "$heading" | sed 's/${field.replace('.', '\\.')}/& [${unit}]/')`,
      )
      .join('\n    ')}
    printf '%s\\n' "$heading"
  fi
  each query; exit 0
fi
bar='+----------------------------------------------------+'
printf '%s\\n| %-50s |\\n%s\\n' "$bar" 'Portico: SIMULATED GPUs, no hardware behind them' "$bar"
if [ -z "$gpus" ]; then printf '| %-50s |\\n' 'No GPU was granted to this sandbox'; else each row; fi
printf '%s\\n' "$bar"
`;
}
