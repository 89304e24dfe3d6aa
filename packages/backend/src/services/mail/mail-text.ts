/** What the text of a message is encrypted for. */
export const MAIL_TEXT_PURPOSE = 'platform.mail.text';

/** Characters; mail programs show fewer. */
const SUBJECT_LENGTH_MAX = 200;

/** One line: names of organizations and people stand in subjects, and a line end there would begin another header. */
export function subjectLine(subject: string): string {
  return subject
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .trim()
    .slice(0, SUBJECT_LENGTH_MAX);
}
