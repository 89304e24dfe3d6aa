import { EquivalentCall, useAction } from '@portico/plugin-kit/ui';
import { Banner, Button, ConfirmDialog, LinkButton, Panel, Stack, TrashIcon } from '@portico/ui';
import { useState } from 'react';
import { projectPage } from '../pages';
import type { ProjectDetail } from './project-page';

interface DeleteProjectProps {
  detail: ProjectDetail;
  /** Before the request leaves: from then on the page does not ask for the project any more. */
  onDeleting: () => void;
  onKept: () => void;
  onDeleted: () => void;
}

/** The end of a project. What stands in the way is said before anybody tries, each with the way round it. */
export function DeleteProject({ detail, onDeleting, onKept, onDeleted }: DeleteProjectProps) {
  const { project, deletion_obstacles: obstacles } = detail;
  const [isConfirming, setConfirming] = useState(false);
  const remove = useAction(projectPage, 'deleteProject', { invalidates: ['listProjects', 'getMe'] });
  const params = { project_id: project.project_id };
  return (
    <Panel
      title="Delete project"
      description="For a project that is not needed any more. What it cost stays in your bills and in the audit log."
    >
      <Stack>
        {obstacles.map(obstacle => (
          <Banner
            key={obstacle.code}
            tone="notice"
            title={obstacle.message}
            actions={
              obstacle.code === 'project_is_default' && (
                <LinkButton size="small" to="/access/projects">
                  Choose another default
                </LinkButton>
              )
            }
          >
            {obstacle.occupants.length > 0 && `Still in it: ${occupantsText(obstacle.occupants)}.`}
          </Banner>
        ))}
        {obstacles.length === 0 && (
          <div>
            <Button variant="danger" icon={TrashIcon} onPress={() => setConfirming(true)}>
              Delete project
            </Button>
          </div>
        )}
      </Stack>
      <ConfirmDialog
        isOpen={isConfirming}
        onClose={() => {
          remove.reset();
          setConfirming(false);
        }}
        level="typed"
        typedName={project.name}
        title={`Delete ${project.name}?`}
        impact={[
          'The project disappears for everybody in the organization, and nothing can be launched in it any more.',
          'API keys that work in this project alone stop working at once.',
          'Members whose default it is get the oldest project as their default.',
          'Its past workloads, what they cost and the audit log are kept. This cannot be undone.',
        ]}
        confirmLabel="Delete project"
        error={remove.error?.message ?? null}
        isPending={remove.isPending}
        onConfirm={async () => {
          onDeleting();
          try {
            await remove.mutateAsync({ params });
          } catch (error) {
            onKept();
            throw error;
          }
          onDeleted();
        }}
      >
        <EquivalentCall page={projectPage} name="deleteProject" args={{ params }} />
      </ConfirmDialog>
    </Panel>
  );
}

function occupantsText(occupants: readonly { kind: string; count: number }[]): string {
  return occupants.map(({ kind, count }) => `${count} ${wordsOf(kind, count)}`).join(', ');
}

/** The kinds are machine words of the plugins that count them: `service_account`. */
function wordsOf(kind: string, count: number): string {
  const words = kind.replaceAll('_', ' ');
  return count === 1 ? words : `${words}s`;
}
