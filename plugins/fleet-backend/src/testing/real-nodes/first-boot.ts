/** What an administrator does once with a new machine: users, keys, sshd, and what NVIDIA's packages would bring. Runs as root on the machine, before its sshd. */
export function firstBootScript({ prepared, password }: { prepared: boolean; password: string }): string {
  return `
hash() { cat /proc/sys/kernel/random/uuid | tr -d -; }
hash >/etc/machine-id
echo "127.0.0.1 localhost $name" >/etc/hosts
useradd --create-home --shell /bin/bash ops
useradd --create-home --shell /bin/bash visitor
printf '%s\\n' 'ops:${password}' 'visitor:${password}' | chpasswd --crypt-method SHA512
mkdir -p /etc/sudoers.d
echo 'ops ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/ops
chmod 440 /etc/sudoers.d/ops
for home in ~root ~ops; do
  mkdir -p $home/.ssh
  chmod 700 $home/.ssh
  cat "$disk/given/client.pub" >$home/.ssh/authorized_keys
done
chown -R ops: ~ops/.ssh

cp "$disk/given/host" /etc/ssh/node_host_key
cp "$disk/given/host.pub" /etc/ssh/node_host_key.pub
chmod 600 /etc/ssh/node_host_key
cat >/etc/ssh/node_config <<'END'
Port 22
ListenAddress 0.0.0.0
HostKey /etc/ssh/node_host_key
PermitRootLogin prohibit-password
PasswordAuthentication yes
KbdInteractiveAuthentication no
UsePAM no
MaxSessions 10
PrintMotd no
Subsystem sftp internal-sftp
END

cat >/etc/containers/storage.conf <<'END'
[storage]
driver = "overlay"
graphroot = "/var/lib/containers/storage"
runroot = "/run/containers/storage"
[storage.options]
additionalimagestores = ["/usr/share/portico-base-images"]
END
rm -f /etc/containers/containers.conf
${prepared ? CONTAINERS_CONF : ''}
mkdir -p /etc/cdi /usr/share/portico-fake-gpus
rm -f /etc/cdi/*
if [ -s "$disk/given/gpus" ]; then
  cp "$disk/given/fake-nvidia-smi.sh" /usr/bin/nvidia-smi
  chmod 755 /usr/bin/nvidia-smi
  cp "$disk/given/gpus" /usr/share/portico-fake-gpus/gpus
  [ ! -s "$disk/given/gpus.mig" ] || cp "$disk/given/gpus.mig" /usr/share/portico-fake-gpus/gpus.mig
  cp "$disk/given/cdi.json" /etc/cdi/nvidia.json
fi
`;
}

const CONTAINERS_CONF = `
cat >/etc/containers/containers.conf <<'END'
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=32768:32768"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
END
`;
