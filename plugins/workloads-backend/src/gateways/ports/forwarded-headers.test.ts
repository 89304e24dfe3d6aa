import { cookieOf, replyHeaders, requestHeaders } from './forwarded-headers';
import { isOwnRequest } from './same-origin';

const asked = (headers: Record<string, string>) =>
  requestHeaders({ headers }, { cookieName: 'portico-port', address: '192.0.2.7', isSecure: true });

describe('what a workload gets of a request', () => {
  it('never has what let the person in', () => {
    const headers = asked({ cookie: 'a=1; portico-port=secret; b=2', 'portico-authorization': 'Bearer ptk_secret' });
    expect(headers.cookie).toBe('a=1; b=2');
    expect(JSON.stringify(headers)).not.toContain('secret');
    expect(asked({ cookie: 'portico-port=secret' })).not.toHaveProperty('cookie');
  });

  it('keeps the authorization of the application itself', () =>
    expect(asked({ authorization: 'token of the notebook' }).authorization).toBe('token of the notebook'));

  it('says who asks, whatever the client has written', () => {
    const headers = asked({
      'x-forwarded-for': '10.0.0.1',
      'x-forwarded-proto': 'gopher',
      forwarded: 'for=me',
      host: 'h',
    });
    expect(headers).toEqual({
      host: 'h',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'h',
    });
  });

  it('has nothing that belongs to the connection', () => {
    const headers = asked({
      connection: 'close, X-Hop',
      'x-hop': '1',
      'keep-alive': '5',
      upgrade: 'h2c',
      te: 'trailers',
    });
    expect(Object.keys(headers).sort()).toEqual(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto']);
  });
});

describe('where a request ends', () => {
  it('is said by pieces where it came by pieces', () =>
    expect(asked({ 'transfer-encoding': 'gzip, chunked' })['transfer-encoding']).toBe('chunked'));

  it('is said by length, also where the client calls that a matter of the connection', () =>
    expect(asked({ connection: 'Content-Length', 'content-length': '5' })['content-length']).toBe('5'));
});

describe('what a browser gets of a reply', () => {
  const replied = (headers: Record<string, string | string[]>) => replyHeaders(headers, { cookieName: 'portico-port' });

  it('has cookies for its own host alone, and never ours', () =>
    expect(
      replied({ 'set-cookie': ['a=1; Domain=ports.example; Path=/', 'portico-port=mine', ' PORTICO-PORT=mine'] }),
    ).toEqual({ 'set-cookie': ['a=1; Path=/'] }));

  it.each(['a=1; Domain =ports.example', 'a=1;DOMAIN= .ports.example', 'a=1; domain'])('has not %j', cookie =>
    expect(replied({ 'set-cookie': [cookie] })).toEqual({ 'set-cookie': ['a=1'] }),
  );

  it('has no cookie without a name, which would come back as ours', () =>
    expect(replied({ 'set-cookie': ['=portico-port=mine', ' = x'] })).toEqual({}));

  it('does not empty the neighbours’ cookies', () =>
    expect(replied({ 'clear-site-data': '"cookies"', etag: '"1"' })).toEqual({ etag: '"1"' }));

  it('has nothing that speaks for the whole domain', () =>
    expect(
      replied({ 'strict-transport-security': 'max-age=1; includeSubDomains', 'alt-svc': 'h3', etag: '"1"' }),
    ).toEqual({
      etag: '"1"',
    }));
});

it.each([
  [undefined, undefined],
  ['portico-port=x', 'x'],
  ['a=1; portico-port=x=y; b=2', 'x=y'],
  ['xportico-port=x', undefined],
])('the cookie of %j is %j', (header, value) => expect(cookieOf(header, 'portico-port')).toBe(value));

describe('a request with our cookie', () => {
  const origin = 'http://8888-alloc-1.localhost:7023';
  const neighbour = 'http://9-alloc-2.localhost:7023';
  const isOwn = (headers: Record<string, string>, { method = 'GET', isUpgrade = false } = {}) =>
    isOwnRequest({ headers, method }, { origin, isUpgrade });

  it.each<{ what: string; own: boolean; headers: Record<string, string>; method?: string; isUpgrade?: boolean }>([
    {
      what: 'a page of its own asks',
      own: true,
      headers: { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
    },
    { what: 'its own form is sent', own: true, headers: { origin }, method: 'POST' },
    { what: 'its own page opens a WebSocket', own: true, headers: { origin }, isUpgrade: true },
    {
      what: 'the address is typed',
      own: true,
      headers: { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    },
    {
      what: 'a link is followed',
      own: true,
      headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    },
    { what: 'a program without a browser', own: true, headers: {} },
    {
      what: 'a neighbour shows it in a frame',
      own: false,
      headers: { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    },
    {
      what: 'a neighbour loads it as an image',
      own: false,
      headers: { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    },
    { what: 'a neighbour sends a form', own: false, headers: { origin: neighbour }, method: 'POST' },
    { what: 'a neighbour opens a WebSocket', own: false, headers: { origin: neighbour }, isUpgrade: true },
    { what: 'a WebSocket from nowhere', own: false, headers: {}, isUpgrade: true },
    { what: 'a page without an origin sends a form', own: false, headers: { origin: 'null' }, method: 'POST' },
    {
      what: 'a neighbour navigates by POST',
      own: false,
      headers: { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      method: 'POST',
    },
  ])('$what: $own', ({ own, headers, ...how }) => expect(isOwn(headers, how)).toBe(own));
});
