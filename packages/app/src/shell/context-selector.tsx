import type { Session } from '@portico/plugin-kit/ui';
import { Select } from '@portico/ui';
import './context-selector.css';

/** Where this tab works: the organization, where there are several to choose from, and the project. On phones organizations are in the account menu. */
export function ContextSelector({ session }: { session: Session }) {
  const { organization, organizations, projects, projectId } = session;
  const isGuestHere = !organizations.some(({ organizationId }) => organizationId === organization.organizationId);
  const choices = [
    ...(isGuestHere ? [{ value: organization.organizationId, label: organization.name }] : []),
    ...organizations.map(choice => ({
      value: choice.organizationId,
      label: choice.projectId === null ? `${choice.name} (no project open to you)` : choice.name,
      isDisabled: choice.projectId === null,
    })),
  ];
  return (
    <div className="context-selector">
      {choices.length > 1 && (
        <div className="context-selector-organization">
          <Select
            label="Organization"
            isLabelHidden
            value={organization.organizationId}
            onChange={chosen => {
              const there = organizations.find(({ organizationId }) => organizationId === chosen);
              if (there?.projectId != null) void session.selectProject(there.projectId);
            }}
            options={choices}
          />
          <span className="context-selector-slash" aria-hidden="true">
            /
          </span>
        </div>
      )}
      <Select
        label="Project"
        isLabelHidden
        value={projectId}
        onChange={next => void session.selectProject(next)}
        options={projects.map(project => ({ value: project.projectId, label: project.name }))}
      />
    </div>
  );
}
