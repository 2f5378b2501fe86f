// Preloaded into processes of the product: puts itself around the requests of their Kafka client, acts at
// named points when told to over the process's channel, and writes down what it saw.
import { appendFileSync } from 'node:fs';
import { KafkaBrokerConnection } from '../../../src/kafka/client/broker-calls.ts';
import { Connection } from '../../../src/kafka/client/connection.ts';
import { AnswerWatch } from './answer-watch.ts';
import { PointActions } from './point-actions.ts';
import { kindOfCall, kindOfProduce } from './request-kinds.ts';
import { eventsVariable, type Order, type RequestKind, type WireEvent } from './wire-orders.ts';
import { useUpMemory } from './use-up-memory.ts';

const file = process.env[eventsVariable];
if (file !== undefined) watch(file);

function watch(eventsFile: string): void {
  // At once: the process may be killed with the next step.
  const write = (event: WireEvent) => appendFileSync(eventsFile, `${JSON.stringify(event)}\n`);
  const actions = new PointActions(write);
  const answers = new AnswerWatch(write, eventsFile);
  process.on('message', (order: Order) => {
    if (order.campaign === 'at point') actions.take(order);
    else if (order.campaign === 'no more points') actions.forget();
    else useUpMemory();
  });
  // Listening must not keep a process alive that is done.
  process.channel?.unref();
  surroundRequests(actions, answers);
  surroundAnswers(answers);
}

type Sends = (this: Connection, request: unknown) => Promise<unknown>;

/** Every request of the client goes through one of these two. */
function surroundRequests(actions: PointActions, answers: AnswerWatch): void {
  const prototype = Connection.prototype as unknown as Record<'call' | 'produce', Sends>;
  const surround = (name: 'call' | 'produce', kindOf: (request: never) => RequestKind | undefined) => {
    const send = prototype[name];
    prototype[name] = function (this: Connection, request) {
      const kind = kindOf(request as never);
      const sent = () => answers.underWay(this, kind, request, () => send.call(this, request));
      return kind === undefined ? sent() : actions.perform(kind, this, sent);
    };
  };
  surround('call', kindOfCall);
  surround('produce', kindOfProduce);
}

/** Calls whose answers tell of a state that is counted. */
function surroundAnswers(answers: AnswerWatch): void {
  const prototype = KafkaBrokerConnection.prototype as unknown as Record<string, Sends>;
  for (const name of ['listOffsets', 'initProducerId', 'writeTxnMarkers', 'endTxn', 'fetch'] as const) {
    const ask = prototype[name] as Sends;
    prototype[name] = function (this: Connection, request) {
      const answered = ask.call(this, request);
      answered.then(
        (answer) => answers.answered(name, request, answer),
        () => answers.lost(name),
      );
      return answered;
    };
  }
}
