/** Least recently used goes first. For compiled statements: the set of texts is small, and a caller who builds texts on the fly cannot fill memory. */
export class BoundedCache<Value> {
  readonly #entries = new Map<string, Value>();

  constructor(readonly sizeMax: number) {}

  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined && this.#entries.size >= this.sizeMax) {
      // Order matters only once something may have to go.
      this.#entries.delete(key);
      this.#entries.set(key, value);
    }
    return value;
  }

  set(key: string, value: Value): void {
    if (this.#entries.size >= this.sizeMax) this.#entries.delete(this.#entries.keys().next().value as string);
    this.#entries.set(key, value);
  }
}
