import { execFileSync } from 'node:child_process';
import path from 'node:path';
import setUpPostgres from './postgres-global-setup';

const RUNTIME_BUILD = path.resolve(__dirname, '../../../../plugins/fleet-backend/build-runtime.mjs');

/** Before any test: the local runtime's programs are those of the sources (they run outside Jest), and PostgreSQL starts when first asked for. */
export default function setUp(): void {
  execFileSync(process.execPath, [RUNTIME_BUILD], { stdio: 'inherit' });
  setUpPostgres();
}
