import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { AppError } from '../core/errors.ts'

/**
 * A password from an environment variable or else from standard input: asked for without showing what is typed, or
 * the first line of what is piped in. Never from the arguments, which every user of the machine can read.
 *
 * @throws AppError API_BAD_REQUEST when there is none
 */
export async function readPassword(variable: string, question: string): Promise<string> {
  const given = process.env[variable] ?? (await ask(question))
  if (given !== '') return given
  throw new AppError('API_BAD_REQUEST', `no password: set ${variable} or give it through standard input`)
}

async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process
  const terminal = stdin.isTTY === true
  if (terminal) stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve)
      lines.once('close', () => resolve(''))
      lines.once('SIGINT', () => reject(new AppError('API_BAD_REQUEST', 'interrupted')))
    })
  } finally {
    lines.close()
    stdin.destroy()
    if (terminal) stderr.write('\n')
  }
}
