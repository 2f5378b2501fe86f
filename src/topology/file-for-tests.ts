// A small valid causeway.yaml that tests vary.

export const regionsText = `regions:
  eu-west: { kafka: { bootstrap.servers: "eu:9092" } }
  us-east: { kafka: { bootstrap.servers: "us:9092" } }
`;

/** Two regions and the given mirror sets, each as one flow mapping or indented lines. */
export function fileWith(sets: Readonly<Record<string, string>>): string {
  const lines = Object.entries(sets).map(([name, text]) => `  ${name}: ${text}\n`);
  return `${regionsText}mirrors:\n${lines.join('')}`;
}

export const validText = fileWith({
  payments: '{ home: eu-west, to: [us-east], topics: ["payments.*", ledger] }',
});
