/** The design system. Every name is listed: what is not here is not for pages. Terminal and chart have entries of their own. */
export { AppFrame, AppMark, type NavItem, type NavGroup, type AppFrameProps } from './app-frame';
export { AppTitleContext, useDocumentTitle, PageHeader, type PageHeaderProps } from './page-header';
export {
  PageState,
  pageRenderingOf,
  failureRendering,
  type RequestFailure,
  type PageRendering,
  type PageStateProps,
} from './page-state';
export { ListPage, type ListFilter, type ListPageProps } from './list-page';
export { useCalmRows, type CalmRows } from './use-calm-rows';
export { useListUrlState, type ListUrl } from './use-list-url-state';
export {
  parseListUrl,
  serializeListUrl,
  isNarrowed,
  type ListFilterRule,
  type ListUrlSchema,
  type ListUrlState,
} from './list-url-state';
export { rememberedListUrl } from './list-memory';
export { DataTable, type DataColumn, type TableSelection, type DataTableProps } from './data-table';
export { Pagination, type PaginationProps } from './pagination';
export {
  Button,
  LinkButton,
  IconButton,
  type ButtonVariant,
  type ControlSize,
  type ButtonProps,
  type LinkButtonProps,
  type IconButtonProps,
} from './button';
export { Menu, type MenuItem, type MenuSection, type MenuProps } from './menu';
export { Tabs, SegmentedControl, type TabItem, type TabsProps, type SegmentedControlProps } from './tabs';
export { Breadcrumbs, type Crumb } from './breadcrumbs';
export { type FieldProps } from './field';
export { TextField, TextArea, type TextFieldProps, type TextAreaProps } from './text-field';
export { NumberField, type NumberFieldProps } from './number-field';
export { Select, type SelectOption, type SelectProps } from './select';
export { SearchField, type SearchFieldProps } from './search-field';
export {
  Checkbox,
  CheckboxGroup,
  Switch,
  type CheckboxProps,
  type CheckboxOption,
  type CheckboxGroupProps,
  type SwitchProps,
} from './choice';
export { RadioCards, type RadioCardOption, type RadioCardsProps } from './radio-cards';
export { Dialog, Drawer, Sheet, type ModalProps, type DialogProps, type DrawerProps } from './dialog';
export { ConfirmDialog, type ConfirmLevel, type ConfirmDialogProps } from './confirm-dialog';
export { Tooltip, type TooltipProps } from './tooltip';
export { showToast, useToast, ToastRegion, type ToastTone, type ToastOptions } from './toast';
export { Banner, type BannerTone, type BannerProps } from './banner';
export {
  Panel,
  Card,
  CardGrid,
  Stat,
  StatRow,
  KeyValueList,
  Stack,
  Inline,
  SplitLayout,
  type PanelProps,
  type CardProps,
  type CardGridProps,
  type StatProps,
  type KeyValue,
  type StackProps,
} from './surface';
export { EmptyState, type EmptyStateProps } from './empty-state';
export { LooksOnContext, MissingPermission, type MissingPermissionProps } from './missing-permission';
export {
  Spinner,
  Skeleton,
  Progress,
  useDelayed,
  type SpinnerProps,
  type SkeletonProps,
  type ProgressProps,
} from './loading';
export { statusLook, statusOptions, type Tone, type StatusLook, type StatusFamily } from './status';
export { StateChip, StatusChip, type StateChipProps } from './state-chip';
export { Stepper, type StepperStep, type StepperProps } from './stepper';
export { EventLog, type LoggedEvent } from './event-log';
export { Checklist, type ChecklistItem } from './checklist';
export { Timeline, type TimelineStatus, type TimelineStep, type TimelineProps } from './timeline';
export { Money, Rate, RelativeTime, Instant, Duration, Bytes, Id, type MoneyProps, type TimeProps } from './figures';
export { currencyExponent, divideHalfEven, roundMoney, formatMoney, type MoneyAmount, type MoneyFormat } from './money';
export { formatDuration, formatRelative, formatDate, formatInstant, formatClock } from './time';
export { formatBytes } from './bytes';
export {
  CopyButton,
  CodeBlock,
  CommandLine,
  type CopyButtonProps,
  type CodeBlockProps,
  type CommandLineProps,
} from './code';
export { ApiCall } from './api-call';
export { curlCommand, type EquivalentRequest } from './curl-command';
export { Disclosure } from './disclosure';
export { ShowMore, type ShowMoreProps } from './show-more';
export { Slider, type SliderProps } from './slider';
export { StackedBars, type BarBucket, type BarSeries, type StackedBarsProps } from './stacked-bars';
export { SlotMap, type SlotMapProps } from './slot-map';
export {
  SLOT_STATE_LABELS,
  summarizeSlots,
  type SlotGhost,
  type SlotState,
  type SlotMapSlice,
  type SlotMapGpu,
  type SlotMapNuma,
  type SlotMapNode,
} from './slot-map-model';
export {
  themePreference,
  resolvedTheme,
  setThemePreference,
  applyTheme,
  subscribeToTheme,
  useTheme,
  tokenColor,
  type ThemePreference,
  type ResolvedTheme,
} from './theme';
export { ThemeToggle } from './theme-toggle';
export { classNames } from './class-names';
export {
  ActivityIcon,
  AlertIcon,
  ApprovalIcon,
  ArrowDownIcon,
  ArrowLeftIcon,
  ArrowRightIcon,
  ArrowUpIcon,
  BotIcon,
  BoxIcon,
  CardIcon,
  CheckIcon,
  ChevronDownIcon,
  ChevronRightIcon,
  CircleCheckIcon,
  CircleDashedIcon,
  CircleDotIcon,
  CircleIcon,
  CircleSlashIcon,
  CircleXIcon,
  ClockIcon,
  CloseIcon,
  CodeIcon,
  CopyIcon,
  CpuIcon,
  DownloadIcon,
  EditIcon,
  ExternalIcon,
  EyeIcon,
  EyeOffIcon,
  FilterIcon,
  FolderIcon,
  GpuIcon,
  HelpIcon,
  HomeIcon,
  HourglassIcon,
  ImageIcon,
  InfoIcon,
  KeyIcon,
  LaunchIcon,
  LayersIcon,
  LockIcon,
  MenuIcon,
  MinusIcon,
  MonitorIcon,
  MoonIcon,
  MoreIcon,
  NetworkIcon,
  PauseIcon,
  PlayIcon,
  PlusIcon,
  ProgressIcon,
  ReceiptIcon,
  RefreshIcon,
  SearchIcon,
  ServerIcon,
  SettingsIcon,
  ShieldIcon,
  SignOutIcon,
  SortIcon,
  StorageIcon,
  SunIcon,
  TableIcon,
  TasksIcon,
  TerminalIcon,
  TrashIcon,
  UploadIcon,
  UserIcon,
  UsersIcon,
  WalletIcon,
  WarningIcon,
  type IconProps,
  type Icon,
} from './icons';
