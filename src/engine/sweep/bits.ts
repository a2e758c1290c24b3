/** A set of whole numbers from 0 on, a bit for each up to the highest. */
export class Bits {
  #words = new Uint32Array(1024);

  has(position: number): boolean {
    return (((this.#words[position >>> 5] ?? 0) >>> (position & 31)) & 1) === 1;
  }

  /** @returns whether it was there already */
  set(position: number): boolean {
    const word = position >>> 5;
    if (word >= this.#words.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    const before = this.has(position);
    this.#words[word] = (this.#words[word] as number) | (1 << (position & 31));
    return before;
  }
}
