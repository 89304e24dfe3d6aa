/** The port this folder implements, named once. */
export { RuntimeError, runtimeErrorCodes } from '@portico/plugin-fleet/port';
export type {
  ExecProcess,
  ExecRequest,
  GpuReport,
  InstanceRef,
  MetricsSample,
  NodeReport,
  ProvisionRequest,
  Runtime,
  RuntimeErrorCode,
  RuntimeImage,
  RuntimeInstance,
  RuntimeNode,
  RuntimeObservation,
  ShellAttachment,
  ShellRequest,
} from '@portico/plugin-fleet/port';
