import { cleanText, jsonText } from '../core/text/clean-text.ts'

type Write = NodeJS.WriteStream['write']

/**
 * From now on what is printed cannot steer the terminal, whatever names, labels and answers of devices are in it: in
 * JSON the characters are escaped, so that the value stays the same; elsewhere they are marked. The one place that all
 * commands print through.
 *
 * @returns what takes it back
 */
export function cleanOutput(stream: NodeJS.WriteStream): () => void {
  const before = stream.write
  stream.write = ((chunk: unknown, ...more: unknown[]) =>
    Reflect.apply(before, stream, [typeof chunk === 'string' ? cleaned(chunk) : chunk, ...more])) as Write
  return () => {
    stream.write = before
  }
}

const cleaned = (text: string) => (/^[{[]/.test(text) ? jsonText(text) : cleanText(text))
