import { STOP_GRACE_SECONDS } from '../limits';

/**
 * What runs as process 1 of every container, whatever the image: plain sh, from a read-only mount. Makes the login when the image has none, starts sshd and starts it again should it die
 * (a tenant may end it, the kernel may when memory runs out); asked to stop, it lets everything inside save what it has. Exit code 78 (EX_CONFIG) says that the image has no sshd.
 *
 * Sessions of sshd do not inherit what the image and the launch set (PATH of CUDA, the allocation's id), so it is passed on by SetEnv, as far as sshd's notation can hold it.
 */
export const entryScript = `#!/bin/sh
export PATH="\${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"
sshd=$(command -v sshd) || { echo 'portico: this image has no sshd' >&2; exit 78; }
case $sshd in /*) ;; *) sshd=/usr/sbin/sshd ;; esac
read -r user </run/portico/user
case $user in root) home=/root ;; *) home=/home/$user ;; esac
if ! grep -q "^$user:" /etc/passwd; then
  shell=/bin/bash; [ -x $shell ] || shell=/bin/sh
  useradd -M -d "$home" -s $shell "$user" 2>/dev/null || adduser -D -H -h "$home" -s $shell "$user" || exit 1
elif [ "$(grep "^$user:" /etc/passwd | cut -d: -f6)" != "$home" ]; then
  usermod -d "$home" "$user" 2>/dev/null || sed -i "s|^\\($user:[^:]*:[^:]*:[^:]*:[^:]*\\):[^:]*:|\\1:$home:|" /etc/passwd
fi
# Locked accounts (no password at all) are not let in even with a key.
sed -i "s|^$user:!*:|$user:*:|" /etc/shadow 2>/dev/null
if [ "$(stat -c %u "$home")" = 0 ] && [ "$user" != root ]; then
  [ -d /etc/skel ] && cp -R /etc/skel/. "$home/" 2>/dev/null
  chown -R "$user:" "$home" 2>/dev/null || chown -R "$user" "$home"
  chmod 0750 "$home"
fi
for scratch in /scratch/*; do [ -d "$scratch" ] && chown "$user" "$scratch"; done
if command -v sudo >/dev/null && [ "$user" != root ]; then
  mkdir -p /etc/sudoers.d && printf '%s ALL=(ALL:ALL) NOPASSWD:ALL\\n' "$user" >/etc/sudoers.d/portico && chmod 0440 /etc/sudoers.d/portico
fi
mkdir -p /run/sshd /var/empty /etc/ssh && chmod 0755 /run/sshd
{
  echo 'Port 22'
  echo 'HostKey /run/portico/host_key'
  echo 'AuthorizedKeysFile /run/portico/client_key.pub /run/portico/authorized_keys'
  echo "AllowUsers $user"
  echo 'PermitRootLogin prohibit-password'
  echo 'PasswordAuthentication no'
  echo 'ChallengeResponseAuthentication no'
  echo 'PidFile none'
  echo 'UseDNS no'
  echo 'PrintMotd no'
  echo 'AcceptEnv *'
  echo 'AllowTcpForwarding yes'
  # A portal that is gone without a word leaves shells behind: their sshd looks for it.
  echo 'ClientAliveInterval 15'
  echo 'ClientAliveCountMax 4'
  echo 'MaxSessions 256'
  echo 'MaxStartups 64'
  echo 'Subsystem sftp internal-sftp'
  printf 'SetEnv PORTICO=1'
  env | grep -E '^[A-Za-z_][A-Za-z0-9_]*=[^"\\\\]*$' | grep -vE '^(HOME|USER|LOGNAME|SHELL|PWD|OLDPWD|SHLVL|TERM|HOSTNAME|container|_|PORTICO|NVIDIA_VISIBLE_DEVICES)=' | while IFS= read -r line; do printf ' "%s"' "$line"; done
  echo
} >/etc/ssh/portico_sshd_config
stop() {
  trap '' TERM
  # Everything in this container, and were this ever run outside of one, everything on the machine.
  [ $$ -eq 1 ] && kill -TERM -1 2>/dev/null
  left=${STOP_GRACE_SECONDS}0
  while [ $left -gt 0 ]; do
    set -- /proc/[0-9]*
    [ $# -gt 1 ] || break
    sleep 0.1; left=$((left - 1))
  done
  exit 0
}
trap stop TERM
while :; do
  "$sshd" -D -e -f /etc/ssh/portico_sshd_config &
  wait $!
  sleep 1 & wait $!
done
`;
