/**
 * `?` placeholders to PostgreSQL's `$n`. A question mark inside a string, a quoted name, a comment or a dollar-quoted body is text, not a placeholder.
 */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|(\$[A-Za-z_]*\$)[\s\S]*?\1|\?/g;

export function numberPlaceholders(sql: string): string {
  let count = 0;
  return sql.replace(TOKEN, token => {
    if (token !== '?') return token;
    count += 1;
    return `$${count}`;
  });
}
