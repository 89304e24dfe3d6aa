/** Whom Portico logs in as on machines that enrolled themselves. */
export const SERVICE_USER = 'portico';

/**
 * What the one-liner runs on a machine, as root. POSIX sh; says each thing it does; looks before it makes, so that it may be run again. The token comes by the environment and goes on by stdin:
 * in no argument, no address and no file.
 */
export const enrolmentScript = `#!/bin/sh
# Enrols this machine as a node of Portico. Run it as root:
#   curl -fsSL PORTAL/api/v1/nodes/enroll/script | PORTICO_TOKEN=... sh -s -- PORTAL [--address NAME] [--ssh-port PORT]
set -eu

user=${SERVICE_USER}
say() { printf 'portico: %s\\n' "$*"; }
fail() { printf 'portico: %s\\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

portal=\${1:-}
[ -n "$portal" ] || fail "Say where the portal is: sh -s -- https://portal.example"
shift
address='' port=''
while [ $# -gt 0 ]; do
  case $1 in
    --address) address=\${2:?} && shift 2 ;;
    --ssh-port) port=\${2:?} && shift 2 ;;
    *) fail "Unknown argument: $1" ;;
  esac
done
token=\${PORTICO_TOKEN:-}
unset PORTICO_TOKEN
[ -n "$token" ] || fail "PORTICO_TOKEN is missing. Ask the portal for a new line."
[ "$(id -u)" = 0 ] || fail "This must run as root: put sudo -E before sh."
[ "$(uname -s)" = Linux ] || fail "This is no Linux."
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export PATH

updated=''
install() {
  say "Installing $1."
  if has apt-get; then
    [ -n "$updated" ] || DEBIAN_FRONTEND=noninteractive apt-get update -qq || true
    updated=yes
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" >/dev/null
  elif has dnf; then dnf install -y -q "$1"
  elif has yum; then yum install -y -q "$1"
  elif has zypper; then zypper --non-interactive --quiet install "$1"
  else return 1
  fi
}
need() {
  if has "$1"; then return 0; fi
  install "$2" && has "$1" || fail "$1 is missing and could not be installed. Install $2 and run this again."
}

need curl curl
need sudo sudo
need sshd openssh-server
has ssh-keyscan || install openssh-client || need ssh-keyscan openssh-clients
need podman podman
if ! has crun && ! has runc; then need runc runc; fi
if [ ! -x /usr/lib/podman/netavark ] && [ ! -x /usr/libexec/podman/netavark ] && [ ! -d /usr/lib/cni ] && [ ! -d /opt/cni/bin ]; then
  install netavark || say "No network backend for podman could be installed; the probe will tell."
fi
need nft nftables
need mkfs.ext4 e2fsprogs
has ip || install iproute2 || need ip iproute
has iptables || install iptables || say "iptables could not be installed, which podman's network may need; the probe will tell."

if id "$user" >/dev/null 2>&1; then
  say "The user $user is there."
else
  useradd --create-home --shell /bin/sh --comment 'Portico' "$user"
  say "Made the user $user."
fi
# No password will ever fit; an account that is locked (!) could not log in by key either where sshd does without PAM.
usermod -p '*' "$user"

rule="$user ALL=(ALL:ALL) NOPASSWD: ALL"
file=/etc/sudoers.d/$user
if [ -e "$file" ] && grep -qxF "$rule" "$file"; then
  say "$user may use sudo already."
else
  mkdir -p /etc/sudoers.d
  (umask 337 && printf '%s\\n' "$rule" "Defaults:$user !requiretty" >"$file.new")
  if has visudo && ! visudo -cqf "$file.new" >/dev/null; then rm -f "$file.new"; fail "sudo does not take the rule."; fi
  mv "$file.new" "$file"
  say "$user may use sudo now."
fi

mkdir -p /var/lib/portico /etc/portico

# One description is enough: a second one of the same devices would make every one of them ambiguous.
described() { for file in /etc/cdi/* /var/run/cdi/*; do [ -e "$file" ] && return 0; done; return 1; }
if has nvidia-smi && ! described; then
  if has nvidia-ctk; then
    mkdir -p /etc/cdi
    if nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml >/dev/null 2>&1; then say "Described the GPUs for containers (CDI)."
    else say "The GPUs could not be described for containers. Run: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"; fi
  else
    say "There are GPUs, but containers cannot be given them yet. Install nvidia-container-toolkit, then run:"
    say "  nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml"
  fi
fi

if [ -z "$port" ]; then
  mkdir -p /run/sshd
  port=$(sshd -T 2>/dev/null | awk '/^port / { print $2; exit }')
  port=\${port:-22}
fi
key=$(ssh-keyscan -T 5 -t ed25519 -p "$port" 127.0.0.1 2>/dev/null | awk '!/^#/ { print $2 " " $3; exit }')
[ -n "$key" ] || key=$(ssh-keyscan -T 5 -p "$port" 127.0.0.1 2>/dev/null | awk '!/^#/ { print $2 " " $3; exit }')
if [ -z "$key" ]; then
  for public in /etc/ssh/ssh_host_ed25519_key.pub /etc/ssh/ssh_host_ecdsa_key.pub /etc/ssh/ssh_host_rsa_key.pub; do
    [ -r "$public" ] && { key=$(awk '{ print $1 " " $2 }' "$public"); break; }
  done
fi
[ -n "$key" ] || fail "No sshd answers on port $port, and there is no host key."

# One line of text, made harmless inside JSON.
text() { printf '%s' "$*" | tr -d '\\\\"' | tr -d '[:cntrl:]' | cut -c 1-120; }
gpus=''
if has nvidia-smi; then
  gpus=$(nvidia-smi --query-gpu=name --format=csv,noheader 2>/dev/null | head -n 64 | tr -d '\\\\"' | awk '{ printf "%s\\"%s\\"", (NR > 1 ? "," : ""), $0 }')
fi
system=$(. /etc/os-release 2>/dev/null; text "\${PRETTY_NAME:-unknown}")
report=$(cat <<END
{"token":"$(text "$token")","hostname":"$(text "$(hostname 2>/dev/null || uname -n)")",\${address:+"\\"address\\":\\"$(text "$address")\\","}"ssh_port":$(text "$port"),"host_key":"$key",
"hardware":{"cpu_count":$(nproc --all),"memory_bytes":$(awk '/^MemTotal:/ { printf "%.0f", $2 * 1024; exit }' /proc/meminfo),"gpus":[$gpus],"operating_system":"$system","kernel":"$(text "$(uname -r)")"}}
END
)
say "Telling $portal of this machine (host key: $(printf '%s\\n' "$key" | ssh-keygen -lf - 2>/dev/null | awk '{ print $2 }'))."
answer=$(printf '%s' "$report" | curl -sS -X POST -H 'Content-Type: application/json' --data-binary @- "$portal/api/v1/nodes/enroll") ||
  fail "The portal cannot be reached."
# What a string field of the answer says, with the quotes inside of it.
field() { printf '%s' "$answer" | tr -d '\\n' | sed -nE 's/.*"'"$1"'":"(([^"\\\\]|\\\\.)*)".*/\\1/p' | sed 's/\\\\\\(.\\)/\\1/g'; }
public_key=$(field public_key)
if [ -z "$public_key" ]; then
  # Behind NAT the address this machine is seen to call from is not one it is reached at.
  if [ "$(field code)" = address_refused ] && [ -z "$address" ]; then say "Say under which address the portal reaches this machine: --address NAME"; fi
  fail "The portal refused ($(field code)): $(field message)"
fi

home=$(getent passwd "$user" | cut -d: -f6)
keys=$home/.ssh/authorized_keys
mkdir -p "$home/.ssh"
[ -e "$keys" ] || : >"$keys"
grep -qxF "$public_key" "$keys" || printf '%s\\n' "$public_key" >>"$keys"
chown -R "$user:" "$home/.ssh"
chmod 700 "$home/.ssh"
chmod 600 "$keys"
say "Authorized the portal's key for $user. This machine is $(field name) ($(field node_id)); the portal examines it now."
`;
