// The explorer finds every order of events that matters, and each once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explore } from './explore.ts';
import { Scheduler } from './scheduler.ts';

interface Message {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly strand?: string;
}

/** All orders in which the processes of a world can receive messages that are sent at its start. */
async function ordersOf(
  messages: readonly Message[],
  then: (message: Message, send: (message: Message) => void) => void = () => undefined,
): Promise<{ orders: Set<string>; runs: number }> {
  const orders = new Set<string>();
  const explored = await explore({
    begin: () => Promise.resolve(newWorld(messages, then)),
    over: (world) => world.scheduler.pending.length === 0,
    end: (world) => {
      orders.add(
        [...world.received]
          .map(([to, texts]) => `${to}:${texts.join('')}`)
          .toSorted()
          .join(' '),
      );
      return Promise.resolve();
    },
    horizonMs: 1_000,
    stepsMax: 100,
    runsMax: 10_000,
  });
  assert.ok(explored.complete);
  return { orders, runs: explored.runs };
}

function newWorld(
  messages: readonly Message[],
  then: (message: Message, send: (message: Message) => void) => void,
) {
  const scheduler = new Scheduler();
  const received = new Map<string, string[]>();
  const send = (message: Message): void => {
    const { from, to, text, strand } = message;
    scheduler.post({
      delayMs: 1,
      owner: to,
      channel: `${from}>${to}`,
      label: text,
      ...(strand === undefined ? {} : { strand }),
      fire: () => {
        received.set(to, [...(received.get(to) ?? []), text]);
        then(message, send);
      },
    });
  };
  for (const message of messages) send(message);
  return { scheduler, received };
}

const message = (from: string, to: string, text: string, strand?: string): Message => ({
  from,
  to,
  text,
  ...(strand === undefined ? {} : { strand }),
});

test('two senders of two messages each can be heard in six orders', async () => {
  const sent = [
    message('a', 'c', '1'),
    message('a', 'c', '2'),
    message('b', 'c', '3'),
    message('b', 'c', '4'),
  ];
  const { orders, runs } = await ordersOf(sent);
  assert.equal(orders.size, 6);
  assert.equal(runs, 6);
});

test('messages to different processes are heard in one order', async () => {
  const { runs } = await ordersOf([message('a', 'c', '1'), message('a', 'd', '2'), message('b', 'e', '3')]);
  assert.equal(runs, 1);
});

test('messages on different strands are heard in one order', async () => {
  const { runs } = await ordersOf([message('a', 'c', '1', 'x'), message('b', 'c', '2', 'y')]);
  assert.equal(runs, 1);
});

test('answers of answers take part', async () => {
  // Each question to c is answered, and the answer leads to another question.
  const { orders } = await ordersOf([message('a', 'c', '1'), message('b', 'c', '2')], (received, send) => {
    if (received.to === 'c' && received.text.length < 2) {
      send({ from: 'c', to: received.from, text: `${received.text}'` });
    } else if (received.to !== 'c') send({ from: received.to, to: 'c', text: `${received.text}'` });
  });
  // 1 before 1'' and 2 before 2'': six orders of the four.
  assert.equal(orders.size, 6);
});

test('a timer that a message calls off is also tried before it', async () => {
  const outcomes = new Set<string>();
  const explored = await explore({
    begin: () => {
      const scheduler = new Scheduler();
      const heard: string[] = [];
      const timer = scheduler.clockOf('a').schedule(50, () => heard.push('late'));
      scheduler.post({
        delayMs: 1,
        owner: 'a',
        channel: 'b>a',
        label: 'answer',
        fire: () => {
          timer.cancel();
          heard.push('answer');
        },
      });
      return Promise.resolve({ scheduler, heard });
    },
    over: (world) => world.scheduler.pending.length === 0,
    end: (world) => {
      outcomes.add(world.heard.join(' '));
      return Promise.resolve();
    },
    horizonMs: 1_000,
    stepsMax: 10,
    runsMax: 10,
  });
  assert.ok(explored.complete);
  assert.deepEqual([...outcomes].toSorted(), ['answer', 'late answer']);
});
