import type { Migration } from '@portico/plugin-kit/backend';
import { skusAndImages } from './0001_skus_and_images';
import { administration } from './0002_administration';

export const migrations: readonly Migration[] = [skusAndImages, administration];
