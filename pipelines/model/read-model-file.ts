import { readFile } from 'node:fs/promises'
import { AppError } from '../../src/core/errors.ts'

/** The bytes of a model file. @throws AppError MODEL_NOT_FOUND when there are none. */
export async function readModelFile(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new AppError('MODEL_NOT_FOUND', `${file}: cannot be read (${reason})`, { details: { file }, cause })
  }
}
