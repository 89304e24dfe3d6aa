import type { ReplyOf } from '@portico/plugin-kit/contract';
import { renderingOf, useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Button,
  EditIcon,
  Id,
  Instant,
  KeyValueList,
  PageHeader,
  PageState,
  Panel,
  showToast,
  Stack,
  StateChip,
} from '@portico/ui';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router-dom';
import type { getProject } from '../../contract/project-operations';
import { projectPage } from '../pages';
import { DeleteProject } from './delete-project';
import { RenameProjectDialog } from './project-name-dialog';
import { ProjectSpend } from './project-spend';
import { ProjectWorkloads } from './project-workloads';

export type ProjectDetail = ReplyOf<typeof getProject>;

/** One project: what it is, what runs in it, what it cost, and its end. */
export function ProjectPage() {
  const { projectId = '' } = useParams();
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
  onDeleting: () => void;
  onKept: () => void;
  onDeleted: () => void;
}

function Project({ detail, ...deletion }: ProjectProps) {
  const { project } = detail;
  const { permissions, projectId: activeId, selectProject, organization } = useSignedIn();
  const mayManage = permissions.has('access.project.manage');
  const [isRenaming, setRenaming] = useState(false);
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
  return (
    <Stack gap="loose">
      <PageHeader
        title={project.name}
        breadcrumbs={[{ label: 'Projects', to: '/access/projects' }, { label: project.name }]}
        chip={project.is_default && <StateChip tone="running" label="Your default" />}
        secondaryAction={
          mayManage && (
            <Button icon={EditIcon} onPress={() => setRenaming(true)}>
              Rename
            </Button>
          )
        }
        menu={[
          {
            items: [
              {
                id: 'switch',
                label: 'Work in this project',
                disabledReason: isActive ? 'It is the active one' : null,
                onAction: () => selectProject(project.project_id),
              },
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
      />
      <Panel title="About">
        <KeyValueList
          columns={2}
          items={[
            { label: 'Project id', value: <Id value={project.project_id} /> },
            { label: 'Organization', value: organization.name },
            { label: 'Created', value: <Instant at={project.created_at} /> },
            { label: 'At work', value: isActive ? 'The active project' : 'Not the active project' },
          ]}
        />
      </Panel>
      {permissions.has('workloads.allocation.read') && <ProjectWorkloads projectId={project.project_id} />}
      {permissions.has('billing.usage.read') && <ProjectSpend projectId={project.project_id} />}
      {mayManage && <DeleteProject detail={detail} {...deletion} />}
      {isRenaming && <RenameProjectDialog project={project} onClose={() => setRenaming(false)} />}
    </Stack>
  );
}
