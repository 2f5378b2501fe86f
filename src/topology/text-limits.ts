// Refuses a text that would cost a parser much more than its length: by its tokens, before nodes are made of
// them.
import { Lexer } from 'yaml';

/** UTF-16 units; 100,000 topic names are about 3 million. */
export const fileLengthMax = 16 * 1024 * 1024;
/** A topic in a list of its own lines has about five. */
export const tokensMax = 2_000_000;
/** Brackets within brackets, and dashes or question marks that follow each other on one line. */
export const depthMax = 64;

/** What is too much, as the rest of a sentence about the file; undefined where the text can be parsed. */
export function findExcess(text: string): string | undefined {
  if (text.length > fileLengthMax) return `has ${text.length} characters; at most ${fileLengthMax} are read`;
  let tokens = 0;
  let brackets = 0;
  let onThisLine = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > tokensMax) return `has more than ${tokensMax} pieces, which is more than can be read`;
    if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets -= 1;
    else if (token === '-' || token === '?' || token === ':') onThisLine += 1;
    else if (token === '\n' || token === '\r\n' || token === ',') onThisLine = 0;
    if (brackets > depthMax || onThisLine > depthMax) return 'is nested too deeply to be read';
  }
  return undefined;
}
