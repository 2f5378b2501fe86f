// Regions of which no broker answers: what the command line says, with the exit code for "cannot connect".
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import { freePorts } from '../../lab/ports.ts';
import { causeway } from '../fault/causeway-command.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'causeway-no-answer-'));
after(() => rm(folder, { recursive: true }));
const [here, there] = (await freePorts(2)).map((port) => `127.0.0.1:${port}`) as [string, string];
const file = path.join(folder, 'causeway.yaml');
await writeFile(
  file,
  stringify({
    regions: {
      'eu-west': { kafka: { 'bootstrap.servers': here } },
      'us-east': { kafka: { 'bootstrap.servers': there } },
    },
    mirrors: { shop: { topics: ['orders'], home: 'eu-west', to: ['us-east'] } },
  }),
);

for (const command of ['status', 'plan', 'apply --yes', 'verify shop', 'mirrors lag']) {
  test(`\`causeway ${command}\` names each region, its address and what happened there`, async () => {
    const { exitCode, stdout, stderr } = await causeway(...command.split(' '), '--config', file);
    const said = `${stdout}${stderr}`.replaceAll(/\s+/g, ' ');
    assert.equal(exitCode, 4, said);
    for (const [region, address] of [
      ['eu-west', here],
      ['us-east', there],
    ]) {
      assert.match(said, new RegExp(`${region}.*no broker of the cluster at ${address}`));
    }
    assert.match(said, /CW-3002 broker at [\d.:]+: cannot connect: connect ECONNREFUSED/);
    assert.match(said, /CW-3001/);
  });
}
