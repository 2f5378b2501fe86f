// Where clients of one region reach one broker of another: a listener of its own, whose connections cross
// the link.
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../src/base/clock.ts';
import { Flow } from './flow.ts';
import type { Path } from './path.ts';

export interface CrossingParts {
  /** From the clients' region to the broker's. */
  readonly there: Path;
  /** From the broker's region to the clients'. */
  readonly back: Path;
  /** That clients connect to; it is what the broker advertises to them. */
  readonly port: number;
  /** That the broker listens on for them. */
  readonly brokerPort: number;
  readonly clock: Clock;
}

interface Connection {
  readonly sockets: readonly Socket[];
  readonly flows: readonly Flow[];
}

const host = '127.0.0.1';

export class Crossing {
  readonly #parts: CrossingParts;
  readonly #connections = new Set<Connection>();
  #server: Server | undefined;
  #held = false;
  #settled: Promise<void> = Promise.resolve();

  constructor(parts: CrossingParts) {
    this.#parts = parts;
  }

  /**
   * Listens, unless the link is cut with `reset`: then connections are refused. Call again when a path
   * changes.
   */
  listenOrRefuse(): Promise<void> {
    this.#settled = Promise.allSettled([this.#settled]).then(() => this.#listenOrRefuse());
    return this.#settled;
  }

  /** Holds back everything to and from this one broker, in both directions; or lets it go on. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    for (const { flows } of this.#connections) for (const flow of flows) flow.settingsChanged();
  }

  async #listenOrRefuse(): Promise<void> {
    const { there, back, port } = this.#parts;
    const refuses = there.settings.cut === 'reset' || back.settings.cut === 'reset';
    if (refuses) {
      this.#server?.close();
      this.#server = undefined;
    } else if (this.#server === undefined) {
      this.#server = await listen(port, (client) => this.#cross(client));
    }
  }

  // The connection to the broker is made at once; what it says takes its time.
  #cross(client: Socket): void {
    const { there, back, brokerPort, clock } = this.#parts;
    const broker = connect({ host, port: brokerPort, allowHalfOpen: true, noDelay: true });
    for (const socket of [client, broker]) {
      // A failed connection shows as `close`, which is what the flows pass on to the other side.
      socket.on('error', () => undefined);
    }
    const held = () => this.#held;
    const connection = {
      sockets: [client, broker],
      flows: [
        new Flow({ source: client, sink: broker, path: there, clock, held }),
        new Flow({ source: broker, sink: client, path: back, clock, held }),
      ],
    };
    this.#connections.add(connection);
    let open = 2;
    for (const socket of [client, broker]) {
      socket.once('close', () => {
        open -= 1;
        if (open === 0) this.#connections.delete(connection);
      });
    }
  }
}

function listen(port: number, onConnection: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection);
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve(server);
    });
  });
}
