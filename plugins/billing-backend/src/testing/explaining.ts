import type { Database, Queries } from '@portico/plugin-kit/backend';

/** Answers as the database does, and keeps how it finds each answer in `plans`. */
export function explaining({ read, dialect }: Pick<Database, 'read' | 'dialect'>, plans: string[]): Queries {
  const explain = dialect === 'postgres' ? 'EXPLAIN' : 'EXPLAIN QUERY PLAN';
  const keep = async (...[query, parameters]: Parameters<Queries['all']>) => {
    plans.push(JSON.stringify(await read.all(`${explain} ${query}`, parameters)));
  };
  return Object.assign(Object.create(read) as Queries, {
    all: async <Row extends object>(...query: Parameters<Queries['all']>) => {
      await keep(...query);
      return read.all<Row>(...query);
    },
    first: async <Row extends object>(...query: Parameters<Queries['first']>) => {
      await keep(...query);
      return read.first<Row>(...query);
    },
  });
}
