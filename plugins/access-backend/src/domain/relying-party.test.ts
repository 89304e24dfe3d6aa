import { relyingPartyOf } from './relying-party';

test.each([
  ['https://portal.example.org', 'portal.example.org', 'https://portal.example.org'],
  ['https://portal.example.org:8443', 'portal.example.org', 'https://portal.example.org:8443'],
  ['https://portal.example.org/portico', 'portal.example.org', 'https://portal.example.org'],
  ['http://localhost:7007', 'localhost', 'http://localhost:7007'],
  ['http://portal.localhost:7007', 'portal.localhost', 'http://portal.localhost:7007'],
  ['http://127.0.0.1:7007', 'localhost', 'http://localhost:7007'],
  ['http://[::1]:7007', 'localhost', 'http://localhost:7007'],
  ['https://127.0.0.1', 'localhost', 'https://localhost'],
])('%s: passkeys for %s, by pages of %s', (publicUrl, id, origin) => {
  expect(relyingPartyOf(publicUrl, 'Portico')).toEqual({ id, name: 'Portico', origins: [origin] });
});

test.each(['http://portal.example.org', 'https://192.0.2.7', 'https://[2001:db8::7]', 'http://192.0.2.7:7007'])(
  '%s: no browser would make one',
  publicUrl => {
    expect(relyingPartyOf(publicUrl, 'Portico')).toBeNull();
  },
);
