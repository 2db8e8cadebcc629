import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { AppError } from '../../core/errors.ts'

/** Questions to whoever sits at the terminal. Every one throws once they have given up (Ctrl-C, Ctrl-D). */
export interface Ask {
  /** A line; what is usual where nothing was typed. */
  text(question: string, usual?: string): Promise<string>
  /** A line that is not shown while it is typed. */
  secret(question: string): Promise<string>
  yes(question: string): Promise<boolean>
  close(): void
}

/** @param onGivenUp called at Ctrl-C and at the end of what is typed */
export function createAsk(input: NodeJS.ReadStream, output: NodeJS.WriteStream, onGivenUp: () => void): Ask {
  let mute = false
  const shown = new Writable({
    write(chunk, _encoding, done) {
      // At once: what waits would be shown when the next question is asked.
      if (!mute) output.write(chunk)
      done()
    },
  })
  const lines = createInterface({ input, output: shown, terminal: true })
  const waiting: string[] = []
  let answer: ((line: string | null) => void) | null = null
  let over = false
  const giveUp = () => {
    if (over) return
    over = true
    output.write('\n')
    onGivenUp()
    answer?.(null)
  }
  lines.on('SIGINT', giveUp)
  lines.on('close', giveUp)
  lines.on('line', (line) => {
    // What is pasted has several lines.
    if (answer) answer(line)
    else waiting.push(line)
  })
  const next = async (question: string): Promise<string> => {
    if (over) throw givenUp()
    lines.setPrompt(question)
    lines.prompt()
    const line =
      waiting.shift() ??
      (await new Promise<string | null>((resolve) => {
        answer = resolve
      }))
    answer = null
    if (line === null) throw givenUp()
    return line.trim()
  }
  return {
    async text(question, usual) {
      return (await next(usual ? `${question} [${usual}]: ` : `${question}: `)) || (usual ?? '')
    },
    async secret(question) {
      output.write(`${question}: `)
      mute = true
      try {
        return await next('')
      } finally {
        mute = false
        output.write('\n')
      }
    },
    async yes(question) {
      return !/^n/i.test(await next(`${question} [Y/n]: `))
    },
    close() {
      over = true
      lines.close()
    },
  }
}

/** What is thrown when somebody stops the set-up. */
export function givenUp(): AppError {
  return new AppError('API_BAD_REQUEST', 'stopped; no configuration was written')
}
