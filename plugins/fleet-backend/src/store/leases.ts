import type { Transaction } from '@portico/plugin-kit/backend';

/** True when the holder has the lease until `now + seconds`: it was free, had run out, or was its own already. */
export async function takeLease(
  tx: Transaction,
  lease: { name: string; holder: string; seconds: number },
): Promise<boolean> {
  const taken = await tx.first(
    `INSERT INTO fleet_leases (name, holder, expires_at) VALUES (?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
     WHERE fleet_leases.holder = excluded.holder OR fleet_leases.expires_at <= ?
     RETURNING name`,
    [lease.name, lease.holder, tx.now + lease.seconds * 1000, tx.now],
  );
  return taken !== undefined;
}

/** Lets another replica take over at once instead of after the lease has run out. */
export async function giveUpLease(tx: Transaction, lease: { name: string; holder: string }): Promise<void> {
  await tx.run('DELETE FROM fleet_leases WHERE name = ? AND holder = ?', [lease.name, lease.holder]);
}
