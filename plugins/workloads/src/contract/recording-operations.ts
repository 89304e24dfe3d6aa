import {
  activeProjectSchema,
  instantSchema,
  nullableInstantSchema,
  operation,
  pageQueryProperties,
  pageSchema,
} from '@portico/plugin-kit/contract';
import { allocationParams, referenceSchema } from './identifiers';

/** How somebody was in: the terminal of the pages, or a session of an SSH client that asked for a terminal. */
export const recordedConnections = ['terminal', 'ssh'] as const;
export type RecordedConnection = (typeof recordedConnections)[number];

const recordingParams = {
  type: 'object',
  additionalProperties: false,
  required: ['recording_id'],
  properties: { recording_id: referenceSchema },
} as const;

export const recordingSchema = {
  type: 'object',
  additionalProperties: false,
  required: [
    'recording_id',
    'allocation_id',
    'connection_id',
    'connection',
    'user_id',
    'username',
    'started_at',
    'ended_at',
    'duration_seconds',
    'columns',
    'rows',
    'size_bytes',
    'is_truncated',
    'is_incomplete',
    'deleted_after',
  ],
  properties: {
    recording_id: { type: 'string' },
    allocation_id: { type: 'string' },
    connection_id: { type: 'string', description: 'The connection in the audit log; its opening and closing name it.' },
    connection: { type: 'string', enum: recordedConnections },
    user_id: { type: 'string', description: 'Who was connected.' },
    username: { type: ['string', 'null'] },
    started_at: instantSchema,
    ended_at: { ...nullableInstantSchema, description: 'Null while the connection is open.' },
    duration_seconds: { type: 'number', description: 'Until the last thing that was recorded.' },
    columns: { type: 'integer' },
    rows: { type: 'integer' },
    size_bytes: { type: 'integer', description: 'Of the asciicast.' },
    is_truncated: { type: 'boolean', description: 'It reached its largest size; the connection went on.' },
    is_incomplete: {
      type: 'boolean',
      description:
        'Some of it could not be written down, or the portal ended before it was: the connection went on, and a marker stands where output is missing.',
    },
    deleted_after: {
      ...nullableInstantSchema,
      description: 'When it may be deleted. Null while the connection is open.',
    },
  },
} as const;

export const listAllocationRecordings = operation({
  id: 'listAllocationRecordings',
  method: 'GET',
  path: 'allocations/{allocation_id}/recordings',
  tag: 'workloads',
  summary: 'Recordings of the terminals of an allocation',
  description:
    'Newest first; also after the allocation has ended. Made where the policy `terminal_recording` asks for it: one for each connection of a terminal and each SSH session with a terminal. ' +
    'What was typed is in none of them, nor is what goes through commands, file transfers and forwards, which show no terminal.',
  permission: 'workloads.recording.read',
  params: allocationParams,
  query: { type: 'object', additionalProperties: false, properties: pageQueryProperties },
  responses: { 200: pageSchema(recordingSchema) },
  errors: ['not_found', 'cursor_invalid'],
});

export const getRecording = operation({
  id: 'getRecording',
  method: 'GET',
  path: 'recordings/{recording_id}',
  tag: 'workloads',
  summary: 'What there is to say of a recording',
  permission: 'workloads.recording.read',
  params: recordingParams,
  responses: { 200: recordingSchema },
  errors: ['not_found'],
});

export const replayRecording = operation({
  id: 'replayRecording',
  method: 'GET',
  path: 'recordings/{recording_id}/asciicast',
  tag: 'workloads',
  summary: 'What a terminal showed, as an asciicast',
  description:
    'Version 2 (https://docs.asciinema.org/manual/asciicast/v2/): a header, then events of output (`o`), changes of size (`r`) and markers (`m`) where something is missing. Of a ' +
    'connection that is open, what has been written down so far. Who asks for it is in the audit log.',
  permission: 'workloads.recording.read',
  params: recordingParams,
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { active_project_id: activeProjectSchema },
  },
  responses: { 200: { type: 'string' } },
  errors: ['not_found'],
  streams: 'application/jsonl',
  activeProjectIn: 'active_project_id',
});
