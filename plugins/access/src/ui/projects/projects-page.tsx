import type { ReplyOf } from '@portico/plugin-kit/contract';
import { useAction, useOperation, useSignedIn } from '@portico/plugin-kit/ui';
import {
  Banner,
  Button,
  FolderIcon,
  Inline,
  ListPage,
  MissingPermission,
  PlusIcon,
  RelativeTime,
  showToast,
  StateChip,
  useListUrlState,
} from '@portico/ui';
import type { DataColumn } from '@portico/ui';
import { useState } from 'react';
import type { listProjects } from '../../contract/resource-operations';
import { accessPermissions } from '../../contract/permissions';
import { projectsPage } from '../pages';
import { useDepartments } from '../people/use-departments';
import { CreateProjectDialog } from './project-name-dialog';

type Project = ReplyOf<typeof listProjects>['items'][number];

const MANAGE = 'access.project.manage';
const projectsUrl = { filters: { department: { maxLength: 64 } } };

/** Who owns and pays. Which one is active is chosen at the top of every page. */
export function ProjectsPage() {
  const list = useListUrlState(projectsUrl);
  const { projectId: activeId, permissions } = useSignedIn();
  const mayManage = permissions.has(MANAGE);
  const [isCreating, setCreating] = useState(false);
  const departments = useDepartments();
  const department = list.filter('department');
  const projects = useOperation(
    projectsPage,
    'listProjects',
    {
      query: {
        ...(department === undefined ? {} : { department_id: department }),
        ...(list.cursor === null ? {} : { cursor: list.cursor }),
      },
    },
    { keepPrevious: true, live: event => event.event_type.startsWith('access.project_') },
  );
  const makeDefault = useAction(projectsPage, 'setDefaultProject', { invalidates: ['listProjects', 'getMe'] });
  const choose = (project: Project) =>
    makeDefault.mutate(
      { params: { project_id: project.project_id } },
      { onSuccess: () => showToast({ tone: 'success', title: `${project.name} is your default project now.` }) },
    );

  const columns: DataColumn<Project>[] = [
    { key: 'name', header: 'Name', cell: project => project.name, priority: 1 },
    {
      key: 'state',
      header: 'For you',
      cell: project =>
        project.is_default || project.project_id === activeId ? (
          <Inline gap="tight">
            {project.is_default && <StateChip tone="running" label="Default" />}
            {project.project_id === activeId && <StateChip tone="muted" label="Active now" />}
          </Inline>
        ) : (
          '–'
        ),
      priority: 1,
    },
    ...(departments === null
      ? []
      : [
          {
            key: 'department',
            header: 'Department',
            cell: (project: Project) =>
              departments.find(({ department_id }) => department_id === project.department_id)?.name ?? '–',
            priority: 2 as const,
          },
        ]),
    {
      key: 'created',
      header: 'Created',
      cell: project => <RelativeTime at={project.created_at} />,
      priority: 2,
      isNarrow: true,
    },
    {
      key: 'default',
      header: '',
      align: 'end',
      isNarrow: true,
      priority: 1,
      cell: project =>
        mayManage &&
        !project.is_default && (
          <Button
            size="small"
            isPending={makeDefault.isPending && makeDefault.variables.params.project_id === project.project_id}
            onPress={() => choose(project)}
          >
            Make default
          </Button>
        ),
    },
  ];
  return (
    <>
      <ListPage
        header={{
          title: 'Projects',
          description: 'What runs belongs to a project, which pays for it. Your default is active when you sign in.',
          primaryAction: mayManage && (
            <Button variant="primary" icon={PlusIcon} onPress={() => setCreating(true)}>
              Create project
            </Button>
          ),
        }}
        label="Projects"
        list={list}
        filters={
          departments === null
            ? []
            : [
                {
                  key: 'department',
                  label: 'Department',
                  options: departments.map(({ department_id, name }) => ({ value: department_id, label: name })),
                },
              ]
        }
        columns={columns}
        rows={projects.data?.items}
        rowKey={project => project.project_id}
        rowTo={project => `/access/projects/${project.project_id}`}
        nextCursor={projects.data?.next_cursor ?? null}
        isRefreshing={projects.isPlaceholderData}
        failure={projects.error}
        onRetry={() => void projects.refetch()}
        empty={{
          icon: FolderIcon,
          title: 'No projects yet',
          description: 'A project groups what runs and who pays for it.',
        }}
      >
        {!mayManage && <MissingPermission permission={MANAGE} sentence={accessPermissions[MANAGE]} />}
        {makeDefault.error !== null && (
          <Banner tone="failed" onDismiss={makeDefault.reset}>
            {makeDefault.error.message}
          </Banner>
        )}
      </ListPage>
      {isCreating && <CreateProjectDialog departments={departments} onClose={() => setCreating(false)} />}
    </>
  );
}
