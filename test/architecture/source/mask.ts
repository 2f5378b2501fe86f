// Separates TypeScript source into code, comments and texts, position by position, without a parser. It knows
// string, template and regular expression literals; what it returns has the same length and lines as the
// source.

export interface Masked {
  /** The source with the inside of comments and texts blanked; the quotes of texts stay. */
  readonly code: string;
  /** The source with everything but comments blanked. */
  readonly comments: string;
}

/** Blanks comments and texts. Never throws: an unclosed text reaches to the end of its line or file. */
export function mask(source: string): Masked {
  const code = Array.from({ length: source.length }, (_, index) => source[index] as string);
  const comments = code.map((char) => (char === '\n' ? '\n' : ' '));
  const scanner = new Scanner(source, code, comments);
  scanner.run();
  return { code: code.join(''), comments: comments.join('') };
}

class Scanner {
  readonly #source: string;
  readonly #code: string[];
  readonly #comments: string[];
  /** One entry per open `${`: how many braces are open inside of it. */
  readonly #templates: number[] = [];
  #at = 0;

  constructor(source: string, code: string[], comments: string[]) {
    this.#source = source;
    this.#code = code;
    this.#comments = comments;
  }

  run(): void {
    while (this.#at < this.#source.length) this.#step();
  }

  #step(): void {
    const char = this.#source[this.#at] as string;
    const two = this.#source.slice(this.#at, this.#at + 2);
    if (two === '//' || (two === '#!' && this.#at === 0)) this.#comment(this.#lineEnd());
    else if (two === '/*') this.#comment(this.#endOf('*/', 2));
    else if (char === "'" || char === '"') this.#text(char);
    else if (char === '`') this.#template(this.#at + 1);
    else if (char === '/' && this.#mayBeginRegExp()) this.#regExp();
    else if (char === '{' && this.#templates.length > 0) this.#brace(1);
    else if (char === '}' && this.#templates.length > 0) this.#brace(-1);
    else this.#at += 1;
  }

  #brace(change: 1 | -1): void {
    const open = (this.#templates.pop() as number) + change;
    if (open < 0) return this.#template(this.#at + 1);
    this.#templates.push(open);
    this.#at += 1;
  }

  #comment(end: number): void {
    for (let index = this.#at; index < end; index += 1) this.#comments[index] = this.#source[index] as string;
    this.#blank(this.#at, end);
    this.#at = end;
  }

  #text(quote: string): void {
    let end = this.#at + 1;
    while (end < this.#source.length && this.#source[end] !== quote && this.#source[end] !== '\n') {
      end += this.#source[end] === '\\' ? 2 : 1;
    }
    this.#blank(this.#at + 1, end);
    this.#at = end + 1;
  }

  /** From inside a template literal to its end, or to the next `${`. */
  #template(start: number): void {
    let end = start;
    while (end < this.#source.length && this.#source[end] !== '`' && !this.#source.startsWith('${', end)) {
      end += this.#source[end] === '\\' ? 2 : 1;
    }
    this.#blank(start, end);
    if (this.#source[end] === '$') {
      this.#templates.push(0);
      this.#at = end + 2;
    } else this.#at = end + 1;
  }

  #regExp(): void {
    let end = this.#at + 1;
    let inClass = false;
    while (end < this.#source.length && this.#source[end] !== '\n') {
      const char = this.#source[end];
      if (char === '/' && !inClass) break;
      if (char === '[') inClass = true;
      if (char === ']') inClass = false;
      end += char === '\\' ? 2 : 1;
    }
    this.#blank(this.#at + 1, end);
    this.#at = end + 1;
  }

  /**
   * A slash divides after a value; after an operator, an opening bracket or a keyword it begins an
   * expression.
   */
  #mayBeginRegExp(): boolean {
    const before = this.#code
      .slice(Math.max(0, this.#at - 40), this.#at)
      .join('')
      .trimEnd();
    if (before === '') return true;
    if (/(?:^|[^\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|await|yield)$/.test(before))
      return true;
    return !/[\w$)\]}'"`]$/.test(before);
  }

  #lineEnd(): number {
    const end = this.#source.indexOf('\n', this.#at);
    return end < 0 ? this.#source.length : end;
  }

  #endOf(mark: string, from: number): number {
    const end = this.#source.indexOf(mark, this.#at + from);
    return end < 0 ? this.#source.length : end + mark.length;
  }

  #blank(from: number, to: number): void {
    for (let index = from; index < Math.min(to, this.#code.length); index += 1) {
      if (this.#code[index] !== '\n') this.#code[index] = ' ';
    }
  }
}
