import { portalPage } from '@portico/plugin-kit/ui';
import { createElement } from 'react';
import type { home } from './home-definition';

/** Where the page is, without what it calls: that is loaded with the page. */
const place: Pick<typeof home, 'name' | 'path' | 'title'> = { name: 'home', path: '/', title: 'Home' };

export const homePage = portalPage(place, async () => createElement((await import('./home-page')).HomePage));
