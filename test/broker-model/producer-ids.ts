// Producer ids of a model cluster: each is given out once, whichever broker is asked.

export class ProducerIds {
  #next: bigint;

  constructor(firstId: bigint) {
    this.#next = firstId;
  }

  next(): bigint {
    const id = this.#next;
    this.#next += 1n;
    return id;
  }
}
