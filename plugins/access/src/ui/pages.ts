import { listUsage } from '@portico/plugin-billing/contract';
import { listWorkloads } from '@portico/plugin-workloads/contract';
import { exportAuditLogs, exportOwnAuditLogs, listAllAuditLogs, listAuditLogs } from '@portico/plugin-kit/contract';
import { definePage } from '@portico/plugin-kit/ui';
import { createApiKey, listApiKeys, listPermissions, revokeApiKey, rotateApiKey } from '../contract/api-key-operations';
import { listDepartments, moveProject } from '../contract/department-operations';
import {
  listMembers,
  listProjectMembers,
  listRoles,
  removeProjectMember,
  setProjectMember,
} from '../contract/member-operations';
import { getOrganization } from '../contract/organization-operations';
import {
  createProject,
  deleteProject,
  getProject,
  renameProject,
  setDefaultProject,
} from '../contract/project-operations';
import {
  changeServiceAccount,
  createServiceAccount,
  createServiceAccountKey,
  getServiceAccount,
  listOrganizationApiKeys,
  listServiceAccountKeys,
  listServiceAccounts,
  removeServiceAccount,
  revokeOrganizationApiKey,
  revokeServiceAccountKey,
  rotateServiceAccountKey,
} from '../contract/service-account-operations';
import { addSshKey, listProjects, listSshKeys, removeSshKey } from '../contract/resource-operations';

export const projectsPage = definePage({
  name: 'projects',
  path: '/access/projects',
  title: 'Projects',
  operations: { listProjects, createProject, setDefaultProject, getOrganization, listDepartments },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const projectPage = definePage({
  name: 'project',
  path: '/access/projects/:projectId',
  title: 'Project',
  operations: {
    getProject,
    renameProject,
    setDefaultProject,
    deleteProject,
    listWorkloads,
    listUsage,
    listProjectMembers,
    setProjectMember,
    removeProjectMember,
    listMembers,
    listRoles,
    listPermissions,
    getOrganization,
    listDepartments,
    listProjects,
    moveProject,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});

export const auditLogsPage = definePage({
  name: 'audit-logs',
  path: '/access/audit-logs',
  title: 'Audit log',
  operations: { listAuditLogs, exportOwnAuditLogs },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const allAuditLogsPage = definePage({
  name: 'all-audit-logs',
  path: '/admin/audit-logs',
  title: 'Audit log of the platform',
  operations: { listAllAuditLogs, exportAuditLogs },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const sshKeysPage = definePage({
  name: 'ssh-keys',
  path: '/access/ssh-keys',
  title: 'SSH keys',
  operations: { listSshKeys, addSshKey, removeSshKey },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const apiKeysPage = definePage({
  name: 'api-keys',
  path: '/access/api-keys',
  title: 'API keys',
  operations: { listApiKeys, listPermissions, createApiKey, rotateApiKey, revokeApiKey },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const everyonesApiKeysPage = definePage({
  name: 'everyones-api-keys',
  path: '/access/api-keys/everyone',
  title: 'Everyone’s API keys',
  operations: { listOrganizationApiKeys, revokeOrganizationApiKey },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const serviceAccountsPage = definePage({
  name: 'service-accounts',
  path: '/access/service-accounts',
  title: 'Service accounts',
  operations: { listServiceAccounts, createServiceAccount },
  states: ['loading', 'empty', 'error', 'success', 'restricted', 'rate_limited'],
});

export const serviceAccountPage = definePage({
  name: 'service-account',
  path: '/access/service-accounts/:serviceAccountId',
  title: 'Service account',
  operations: {
    getServiceAccount,
    changeServiceAccount,
    removeServiceAccount,
    listServiceAccountKeys,
    createServiceAccountKey,
    rotateServiceAccountKey,
    revokeServiceAccountKey,
    listPermissions,
  },
  states: ['loading', 'error', 'success', 'restricted', 'rate_limited'],
});
