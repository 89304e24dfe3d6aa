import { activeProjectSchema, operation } from '../contract';
import { createApiClient } from './api-client';

const list = operation({
  id: 'listThings',
  method: 'GET',
  path: 'things/{thing_id}',
  tag: 'test',
  summary: 'Things',
  permission: 'authenticated',
  params: { type: 'object', additionalProperties: false, properties: { thing_id: { type: 'string' } } },
  query: { type: 'object', additionalProperties: false, properties: { sort: { type: 'string' } } },
  responses: { 200: { type: 'string' } },
  errors: [],
});
const download = operation({
  ...list,
  id: 'downloadThings',
  path: 'things/csv',
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { active_project_id: activeProjectSchema, sort: { type: 'string' } },
  },
  activeProjectIn: 'active_project_id',
});

describe('the address of a download', () => {
  let projectId: string | null = null;
  const nothing = () => undefined;
  const client = createApiClient({
    headers: () => ({ csrfToken: null, projectId }),
    onSignedOut: nothing,
    onRefused: nothing,
    onProofWanted: async () => false,
  });

  test('names the project worked in, which no header will', () => {
    projectId = 'proj_there';
    expect(client.href(download, { params: {}, query: { sort: 'cost' } })).toBe(
      '/api/v1/things/csv?sort=cost&active_project_id=proj_there',
    );
    expect(client.href(download, { params: {}, query: {} })).toBe('/api/v1/things/csv?active_project_id=proj_there');
    projectId = null;
    expect(client.href(download, { params: {}, query: {} })).toBe('/api/v1/things/csv');
  });

  test('is left as it is where the operation would not know the name', () => {
    projectId = 'proj_there';
    expect(client.href(list, { params: { thing_id: 'a/b' }, query: { sort: 'cost' } })).toBe(
      '/api/v1/things/a%2Fb?sort=cost',
    );
  });
});
