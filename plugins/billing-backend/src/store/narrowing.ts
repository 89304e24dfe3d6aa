import type { Parameter } from '@portico/plugin-kit/backend';

/** The conditions of a list, collected as its filters are read, each with its values. */
export class Narrowing {
  readonly #conditions: string[] = [];
  readonly #parameters: Parameter[] = [];

  add(condition: string, ...values: readonly Parameter[]): void {
    this.#conditions.push(condition);
    this.#parameters.push(...values);
  }

  /** ` WHERE …`, or nothing. */
  get where(): string {
    return this.#conditions.length === 0 ? '' : ` WHERE ${this.#conditions.join(' AND ')}`;
  }

  get parameters(): readonly Parameter[] {
    return this.#parameters;
  }
}
