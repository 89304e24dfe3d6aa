import { formatBytes } from './bytes';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1 KiB'],
  [1536, '1.5 KiB'],
  [1024 ** 2 - 1, '1023 KiB'],
  [151_397_597_184, '141 GiB'],
  [3 * 1024 ** 5, '3 PiB'],
  [4096 * 1024 ** 5, '4096 PiB'],
  [Number.NaN, '–'],
])('%d bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
