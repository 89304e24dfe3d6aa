import type { Migration } from '@portico/plugin-kit/backend';
import { accessTables } from './0001_access';
import { apiKeyTables } from './0002_api_keys';
import { projectDeletion } from './0003_project_deletion';
import { peopleTables } from './0004_people';
import { factorTables } from './0005_factors';
import { accountTables } from './0006_account';
import { oidcTables } from './0007_oidc';
import { peopleStructure } from './0008_people_structure';
import { policyTables } from './0009_policies';
import { serviceAccountTables } from './0010_service_accounts';
import { platformUserTables } from './0011_platform_users';
import { sshKeyProof } from './0012_ssh_key_proof';
import { sshKeyComment } from './0013_ssh_key_comment';

export const migrations: readonly Migration[] = [
  accessTables,
  apiKeyTables,
  projectDeletion,
  peopleTables,
  factorTables,
  accountTables,
  oidcTables,
  peopleStructure,
  policyTables,
  serviceAccountTables,
  platformUserTables,
  sshKeyProof,
  sshKeyComment,
];
