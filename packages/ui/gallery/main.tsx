import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter, Route, Routes } from 'react-router-dom';
import {
  ActivityIcon,
  AppFrame,
  applyTheme,
  Banner,
  BoxIcon,
  CpuIcon,
  GpuIcon,
  HomeIcon,
  KeyIcon,
  Menu,
  Money,
  TerminalIcon,
  ThemeToggle,
  WalletIcon,
  type NavGroup,
} from '../src/index';
import '../src/styles.css';
import { ComponentsPage } from './components-page';
import { FormsPage } from './forms-page';
import { ListPageSample } from './list-sample';
import { StatesPage } from './states-page';
import { usd } from './samples';

const InstrumentsPage = lazy(() => import('./instruments-page'));

const NAV: NavGroup[] = [
  {
    items: [
      { to: '/', label: 'Components', icon: HomeIcon },
      { to: '/forms', label: 'Forms', icon: WalletIcon },
    ],
  },
  {
    title: 'Pages',
    items: [
      { to: '/list', label: 'List', icon: ActivityIcon, count: 3 },
      { to: '/states', label: 'States', icon: BoxIcon },
    ],
  },
  {
    title: 'Instruments',
    items: [
      { to: '/instruments', label: 'Terminal and charts', icon: TerminalIcon },
      { to: '/keys', label: 'SSH keys', icon: KeyIcon },
      { to: '/nodes', label: 'Nodes', icon: CpuIcon },
    ],
  },
];

function Gallery() {
  return (
    <AppFrame
      appTitle="Portico"
      nav={NAV}
      topStart={
        <Menu
          label="Project"
          trigger="button"
          variant="quiet"
          icon={GpuIcon}
          sections={[
            {
              title: 'Switch project',
              items: [
                { id: 'a', label: 'Vision research', isSelected: true },
                { id: 'b', label: 'Default project' },
              ],
            },
          ]}
        >
          Vision research
        </Menu>
      }
      topEnd={
        <>
          <Money value={usd('18450000')} />
          <ThemeToggle />
        </>
      }
      banner={
        <Banner tone="warning" title="About 18 hours of balance left">
          At 2 workloads running, everything is released on 21 Nov, 11:00. Storage is kept.
        </Banner>
      }
      navFooter="Gallery"
    >
      <Suspense fallback={null}>
        <Routes>
          <Route path="/" element={<ComponentsPage />} />
          <Route path="/forms" element={<FormsPage />} />
          <Route path="/list" element={<ListPageSample />} />
          <Route path="/states" element={<StatesPage />} />
          <Route path="/instruments" element={<InstrumentsPage />} />
        </Routes>
      </Suspense>
    </AppFrame>
  );
}

applyTheme();
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <BrowserRouter>
      <Gallery />
    </BrowserRouter>
  </StrictMode>,
);
