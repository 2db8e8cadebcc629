/** One line, or several, of what a command answers. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`)
}
