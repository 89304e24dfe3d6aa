import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import { Id, Instant, KeyValueList, MissingPermission, PageHeader, PageState, Panel, Stack } from '@portico/ui';
import { Link } from 'react-router-dom';
import { accessPermissions } from '../../contract/permissions';
import type { getOrganization } from '../../contract/organization-operations';
import { DangerZone } from './danger-zone';
import { DepartmentsPanel } from './departments-panel';
import { OrganizationNames } from './organization-names';
import { organizationPage } from './people-pages';
import { SignInDemands } from './sign-in-demands';

export type Organization = ReplyOf<typeof getOrganization>;

const MANAGE = 'access.organization.manage';

/** The organization: how it is called, what it asks of its members when they sign in, its departments, and how one parts from it. */
export function OrganizationPage() {
  const { permissions } = useSignedIn();
  const mayManage = permissions.has(MANAGE);
  const organization = useOperation(
    organizationPage,
    'getOrganization',
    {},
    { live: event => /^access\.(organization|department|member|project)_/.test(event.event_type) },
  );
  const { data } = organization;
  return (
    <Stack gap="loose">
      <PageHeader title={data?.name ?? 'Organization'} documentTitle="Organization">
        {!mayManage && <MissingPermission permission={MANAGE} sentence={accessPermissions[MANAGE]} />}
      </PageHeader>
      <PageState state={renderingOf(organization, { layout: 'text' })}>
        {data !== undefined && (
          <Stack gap="loose">
            <Panel title="About">
              <KeyValueList
                columns={2}
                items={[
                  { label: 'Organization id', value: <Id value={data.organization_id} /> },
                  { label: 'Created', value: <Instant at={data.created_at} /> },
                  {
                    label: 'Members',
                    value: permissions.has('access.member.read') ? (
                      <Link to="/access/team">{data.member_count}</Link>
                    ) : (
                      data.member_count
                    ),
                  },
                  {
                    label: 'Kind',
                    value: data.is_personal ? 'Your own, made with your account' : 'Shared',
                  },
                  ...(mayManage ? [] : [{ label: 'Short name', value: data.slug ?? 'None' }]),
                ]}
              />
            </Panel>
            {mayManage && <OrganizationNames key={`${data.name} ${data.slug ?? ''}`} organization={data} />}
            <SignInDemands organization={data} mayManage={mayManage} />
            <DepartmentsPanel organization={data} />
            <DangerZone organization={data} />
          </Stack>
        )}
      </PageState>
    </Stack>
  );
}
