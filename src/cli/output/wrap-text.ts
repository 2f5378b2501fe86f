// Sentences broken into lines at blanks.

/**
 * Lines of at most `width` columns, each with `indent`; a longer word stands alone on its line. What stands
 * between backquotes is one word: a command is there to be copied.
 */
export function wrapText(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.match(/[^\s`]*`[^`]+`\S*|\S+/g) ?? []) {
    if (line.length > indent.length && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
    }
    line += line.length > indent.length ? ` ${word}` : word;
  }
  if (line.length > indent.length) lines.push(line);
  return lines;
}
