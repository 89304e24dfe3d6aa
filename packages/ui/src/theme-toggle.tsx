import { Menu } from './menu';
import { MonitorIcon, MoonIcon, SunIcon } from './icons';
import { useTheme, type ThemePreference } from './theme';

const CHOICES = [
  { id: 'light', label: 'Light', icon: SunIcon },
  { id: 'dark', label: 'Dark', icon: MoonIcon },
  { id: 'system', label: 'Follow the system', icon: MonitorIcon },
] as const satisfies ReadonlyArray<{ id: ThemePreference; label: string; icon: unknown }>;

export function ThemeToggle() {
  const { preference, resolved, setPreference } = useTheme();
  const items = CHOICES.map(choice => ({
    ...choice,
    isSelected: choice.id === preference,
    onAction: () => setPreference(choice.id),
  }));
  return <Menu label="Theme" icon={resolved === 'dark' ? MoonIcon : SunIcon} sections={[{ items }]} />;
}
