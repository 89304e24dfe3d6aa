/** What somebody is told whose terminal is recorded, before it shows anything. */
export const recordedNotice = {
  type: 'notice',
  code: 'recorded',
  message: 'What this terminal shows is recorded, as a policy asks. What you type is not, unless it is shown.',
} as const;
