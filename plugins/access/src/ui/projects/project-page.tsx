import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  EditIcon,
  Id,
  Inline,
  Instant,
  KeyValueList,
  MissingPermission,
  PageHeader,
  PageState,
  Panel,
  showToast,
  Stack,
  StateChip,
  Tabs,
} from '@portico/ui';
import { useState } from 'react';
import { Navigate, useNavigate, useParams } from 'react-router-dom';
import type { getProject } from '../../contract/project-operations';
import { accessPermissions } from '../../contract/permissions';
import { projectPage } from '../pages';
import { MoveProjectDialog } from '../people/move-project-dialog';
import { useDepartments } from '../people/use-departments';
import { DeleteProject } from './delete-project';
import { RenameProjectDialog } from './project-name-dialog';
import { ProjectMembers } from './project-members';
import { ProjectSpend } from './project-spend';
import { ProjectWorkloads } from './project-workloads';

const MANAGE = 'access.project.manage';

export type ProjectDetail = ReplyOf<typeof getProject>;

/** One project: what it is, what runs in it, what it cost, and its end. */
export function ProjectPage() {
  const { projectId = '', '*': tab = '' } = useParams();
  const navigate = useNavigate();
  const [isDeleted, setDeleted] = useState(false);
  const detail = useOperation(
    projectPage,
    'getProject',
    { params: { project_id: projectId } },
    {
      enabled: !isDeleted,
      live: event => event.event_type.startsWith('access.project_') || event.event_type.startsWith('provisioning.'),
    },
  );
  return (
    <>
      {detail.data === undefined && (
        <PageHeader title="Project" breadcrumbs={[{ label: 'Projects', to: '/access/projects' }]} />
      )}
      <PageState state={renderingOf(detail, { what: 'project', layout: 'text' })}>
        {detail.data !== undefined && (
          <Project
            detail={detail.data}
            tab={tab}
            onDeleting={() => setDeleted(true)}
            onKept={() => setDeleted(false)}
            onDeleted={() => {
              showToast({ tone: 'success', title: `${detail.data.project.name} was deleted.` });
              navigate('/access/projects', { replace: true });
            }}
          />
        )}
      </PageState>
    </>
  );
}

interface ProjectProps {
  detail: ProjectDetail;
  /** The rest of the address. */
  tab: string;
  onDeleting: () => void;
  onKept: () => void;
  onDeleted: () => void;
}

function Project({ detail, tab, ...deletion }: ProjectProps) {
  const { project } = detail;
  const { permissions, projectId: activeId, selectProject, organization } = useSignedIn();
  const mayManage = permissions.has(MANAGE);
  const mayMove = permissions.has('access.department.manage');
  const [isRenaming, setRenaming] = useState(false);
  const [isMoving, setMoving] = useState(false);
  const departments = useDepartments();
  const department = departments?.find(({ department_id }) => department_id === project.department_id);
  const base = `/access/projects/${project.project_id}`;
  const makeDefault = useAction(projectPage, 'setDefaultProject', {
    invalidates: ['getProject', 'listProjects', 'getMe'],
  });
  const choose = () =>
    makeDefault.mutate(
      { params: { project_id: project.project_id } },
      {
        onSuccess: () => showToast({ tone: 'success', title: `${project.name} is your default project now.` }),
        onError: error => showToast({ tone: 'failed', title: error.message }),
      },
    );
  const isActive = project.project_id === activeId;
  if (tab !== '' && tab !== 'members') return <Navigate to={base} replace />;
  return (
    <Stack gap="loose">
      <PageHeader
        title={project.name}
        breadcrumbs={[{ label: 'Projects', to: '/access/projects' }, { label: project.name }]}
        chip={
          <Inline gap="tight">
            {project.is_default && <StateChip tone="running" label="Your default" />}
            {isActive && <StateChip tone="muted" label="Active now" />}
          </Inline>
        }
        secondaryAction={
          mayManage && (
            <Button icon={EditIcon} onPress={() => setRenaming(true)}>
              Rename
            </Button>
          )
        }
        primaryAction={
          !isActive && (
            <Button variant="primary" onPress={() => void selectProject(project.project_id)}>
              Work in this project
            </Button>
          )
        }
        menu={[
          {
            items: [
              ...(mayMove && departments !== null && departments.length > 1
                ? [{ id: 'move', label: 'Move to another department', onAction: () => setMoving(true) }]
                : []),
              ...(mayManage
                ? [
                    {
                      id: 'default',
                      label: 'Make my default',
                      disabledReason: project.is_default ? 'It is your default' : null,
                      onAction: choose,
                    },
                  ]
                : []),
            ],
          },
        ]}
      >
        {!mayManage && <MissingPermission permission={MANAGE} sentence={accessPermissions[MANAGE]} />}
        {permissions.has('access.member.read') && (
          <Tabs
            label="Parts of the project"
            items={[
              { to: base, label: 'Overview', isExact: true },
              { to: `${base}/members`, label: 'Members' },
            ]}
          />
        )}
      </PageHeader>
      {tab === 'members' ? (
        <ProjectMembers project={project} />
      ) : (
        <>
          <Panel title="About">
            <KeyValueList
              columns={2}
              items={[
                { label: 'Project id', value: <Id value={project.project_id} /> },
                { label: 'Organization', value: organization.name },
                ...(department === undefined ? [] : [{ label: 'Department', value: department.name }]),
                { label: 'Created', value: <Instant at={project.created_at} /> },
              ]}
            />
          </Panel>
          {permissions.has('workloads.allocation.read') && <ProjectWorkloads projectId={project.project_id} />}
          {permissions.has('billing.usage.read') && <ProjectSpend projectId={project.project_id} />}
          {mayManage && <DeleteProject detail={detail} {...deletion} />}
        </>
      )}
      {isMoving && <MoveProjectDialog projectId={project.project_id} onClose={() => setMoving(false)} />}
      {isRenaming && <RenameProjectDialog project={project} onClose={() => setRenaming(false)} />}
    </Stack>
  );
}
