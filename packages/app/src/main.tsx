import { Suspense } from 'react';
import { ConfigReader } from '@backstage/config';
import { createSpecializedApp } from '@backstage/frontend-app-api';
import { createRoot } from 'react-dom/client';
import { applyTheme } from '@portico/ui';
import '@portico/ui/styles.css';
import accessPlugin from '@portico/plugin-access/ui';
import billingPlugin from '@portico/plugin-billing/ui';
import catalogPlugin from '@portico/plugin-catalog/ui';
import fleetPlugin from '@portico/plugin-fleet/ui';
import workloadsPlugin from '@portico/plugin-workloads/ui';
import { shellPlugin } from './shell/shell-plugin';

applyTheme();

const title = document.querySelector<HTMLMetaElement>('meta[name="portico-title"]')?.content ?? 'Portico';
const origin = window.location.origin;
const config = ConfigReader.fromConfigs([
  { context: 'page', data: { app: { title, baseUrl: origin }, backend: { baseUrl: origin } } },
]);

const app = createSpecializedApp({
  config,
  features: [shellPlugin, accessPlugin, billingPlugin, catalogPlugin, fleetPlugin, workloadsPlugin],
});

createRoot(document.getElementById('root') as HTMLElement).render(<Suspense fallback={null}>{app.element}</Suspense>);
