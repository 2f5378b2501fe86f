// What the lab says when the machine lacks something: what, and how to get it.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CausewayError } from '../src/base/errors.ts';
import { ensureKafkaJars } from './jars.ts';
import { javaMajorOf, mustFindJava, mustFindMaven } from './java.ts';
import { checkMachine } from './machine-checks.ts';

const says = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof CausewayError && error.code === code && words.test(`${error.message}. ${error.next}`);

function withEnvironment(t: TestContext, changes: Readonly<Record<string, string>>): void {
  const before = new Map(Object.keys(changes).map((name) => [name, process.env[name]]));
  Object.assign(process.env, changes);
  t.after(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

function emptyFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-machine-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('versions of Java are read in both of its spellings', () => {
  assert.equal(javaMajorOf('openjdk version "17.0.15" 2025-04-15'), 17);
  assert.equal(javaMajorOf('java version "1.8.0_392"'), 8);
  assert.equal(javaMajorOf('openjdk version "25" 2025-09-16'), 25);
  assert.equal(javaMajorOf('command not found'), undefined);
});

test('without Java, the message names the place searched and the packages', async (t) => {
  const folder = emptyFolder(t);
  withEnvironment(t, { JAVA_HOME: folder });
  await assert.rejects(mustFindJava(), says('CW-5001', /JAVA_HOME.*apt-get install openjdk.*brew install/));
});

test('without Maven, the message names the packages and the way without', async (t) => {
  withEnvironment(t, { PATH: emptyFolder(t) });
  await assert.rejects(mustFindMaven(), says('CW-5002', /apt-get install maven.*KAFKA_HOME/));
});

test('a KAFKA_HOME without Kafka is named', async (t) => {
  const folder = emptyFolder(t);
  withEnvironment(t, { KAFKA_HOME: folder });
  await assert.rejects(ensureKafkaJars(), says('CW-5004', new RegExp(folder)));
});

test('a KAFKA_HOME may hold whatever version the lab runs, and no older one', async (t) => {
  const folder = emptyFolder(t);
  mkdirSync(join(folder, 'libs'));
  withEnvironment(t, { KAFKA_HOME: folder });
  const jar = (version: string) => join(folder, 'libs', `kafka-clients-${version}.jar`);
  writeFileSync(jar('3.8.1'), '');
  await assert.rejects(ensureKafkaJars(), says('CW-5004', /has version 3\.8\.1; the lab runs Kafka 3\.9\.0/));
  // A vendor's ending, so that nobody's work folder is touched.
  let name = '3.8.1';
  for (const newer of ['3.9.2-of-a-test', '7.9.0-of-a-test']) {
    renameSync(jar(name), jar(newer));
    name = newer;
    const { version, classpath, workFolder } = await ensureKafkaJars();
    rmSync(workFolder, { recursive: true });
    assert.deepEqual([version, classpath], [newer, jar(newer)]);
  }
});

test('too little memory is told with what is needed and what is free', async () => {
  await assert.rejects(
    checkMachine(9, 10_000_000),
    says('CW-5005', /9 brokers need about \d+ MB.*\d+ MB are free/),
  );
});
