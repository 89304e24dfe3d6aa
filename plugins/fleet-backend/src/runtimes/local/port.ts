/** The port this folder implements, named once. */
export { RuntimeError } from '../../../../fleet/src/contract/runtime';
export type {
  ExecProcess,
  ExecRequest,
  GpuReport,
  InstanceRef,
  MetricsSample,
  NodeReport,
  ProvisionRequest,
  Runtime,
  RuntimeInstance,
  RuntimeNode,
  RuntimeObservation,
  ShellAttachment,
  ShellRequest,
} from '../../../../fleet/src/contract/runtime';
