// Kafka's `sasl.jaas.config`: one login module, a control flag, options, a semicolon (KIP-85, and the
// grammar of javax.security.auth.login.Configuration). Values are secrets: no message repeats one.

export interface JaasEntry {
  /** The class, with its package. */
  readonly loginModule: string;
  readonly options: ReadonlyMap<string, string>;
}

const controlFlags = ['required', 'requisite', 'sufficient', 'optional'];
const escapes =
  'Within quotation marks write \\" for " and \\\\ for \\, also where the value comes from a file.';
const wellFormed = 'Write: org.apache.kafka.….PlainLoginModule required username="…" password="…";';

/** What is wrong with the text, in words without its values. */
export class JaasProblem extends Error {
  readonly hint: string;

  constructor(message: string, hint = wellFormed) {
    super(message);
    this.hint = hint;
  }
}

/** Throws JaasProblem. */
export function parseJaas(text: string): JaasEntry {
  const tokens = tokensOf(text);
  const [first, flag, ...rest] = tokens;
  if (first === undefined) throw new JaasProblem('it is empty');
  if (first.quoted || !/^[\w.$]+$/.test(first.text)) {
    throw new JaasProblem('it does not begin with the class of a login module');
  }
  if (flag === undefined || !controlFlags.includes(flag.text.toLowerCase())) {
    throw new JaasProblem(`behind the class stands none of ${controlFlags.join(', ')}`);
  }
  const end = rest.findIndex((token) => isSign(token, ';'));
  if (end < 0) throw new JaasProblem('the semicolon at its end is missing');
  if (end < rest.length - 1) throw new JaasProblem('it holds more than one login module');
  return { loginModule: first.text, options: readOptions(rest.slice(0, end)) };
}

function readOptions(tokens: readonly Token[]): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (let at = 0; at < tokens.length; at += 3) {
    const [name, sign, value] = tokens.slice(at, at + 3);
    if (name === undefined || name.quoted || isSign(name, '=')) {
      throw new JaasProblem(`option ${at / 3 + 1} has no name`);
    }
    if (sign === undefined || value === undefined || !isSign(sign, '=') || isSign(value, '=')) {
      throw new JaasProblem(`the option ${name.text} has no value`);
    }
    if (options.has(name.text)) throw new JaasProblem(`the option ${name.text} is given twice`);
    options.set(name.text, value.text);
  }
  return options;
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

const isSign = ({ text, quoted }: Token, sign: string): boolean => !quoted && text === sign;

/** Quoted texts, `=`, `;` and words between them; comments as in Java are left out. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern =
    /\s+|\/\/[^\n]*|\/\*[^]*?\*\/|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|([=;])|([^\s"'=;]+)/gy;
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    if (found === null) throw new JaasProblem('a quotation mark is not closed', escapes);
    const [, double, single, sign, word] = found;
    const quoted = double ?? single;
    // What would come then could be the rest of a password, and would be told as the name of an option.
    if (quoted !== undefined && /[^\s;/]/.test(text.charAt(pattern.lastIndex))) {
      throw new JaasProblem('right behind a closing quotation mark stands more text', escapes);
    }
    if (quoted !== undefined) tokens.push({ text: unescaped(quoted), quoted: true });
    else if (sign !== undefined || word !== undefined) {
      tokens.push({ text: (sign ?? word) as string, quoted: false });
    }
  }
  return tokens;
}

/** The escapes of java.io.StreamTokenizer, without its octal numbers. */
function unescaped(text: string): string {
  const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', b: '\b' };
  return text.replace(/\\(.)/gs, (_all, letter: string) => letters[letter] ?? letter);
}
