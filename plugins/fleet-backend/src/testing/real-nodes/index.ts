export { describeWithRealNodes } from './describe-real-nodes';
export { startRealNode } from './real-node';
export type { RealNode, RealNodeOptions } from './real-node';
export { BASE_IMAGE } from './requirements';
