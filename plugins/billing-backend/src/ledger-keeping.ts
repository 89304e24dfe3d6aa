import type { LifecycleService } from '@backstage/backend-plugin-api';
import { BooksCheck } from './books-check';
import type { BooksCheckDeps } from './books-check';
import { Sealer } from './sealer';
import type { SealerDeps } from './sealer';

/** What keeps the ledger provable while the portal runs: entries are sealed, and the books are looked through. */
export function keepLedger(deps: SealerDeps & BooksCheckDeps, lifecycle: LifecycleService): void {
  const sealer = new Sealer(deps);
  const check = new BooksCheck(deps);
  lifecycle.addStartupHook(() => {
    sealer.start();
    check.start();
  });
  lifecycle.addShutdownHook(async () => {
    await check.stop();
    await sealer.stop();
  });
}
